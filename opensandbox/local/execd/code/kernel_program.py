"""A Python interpreter for `sandbox.code`, run by whatever Python a sandbox has (3.8 or newer) with nothing but its standard library.

    python kernel_program.py FD

Both sides speak over the socket FD: four bytes of length, then JSON. A request is `{"code": ...}`. The answer is any number of
`stdout`, `stderr` and `result` messages, at most one `error`, and `done` at the end. What programs write to the descriptors 1 and 2
does not come this way; the daemon reads those itself.
"""

import ast
import asyncio
import base64
import builtins
import importlib.util
import inspect
import io
import json
import linecache
import os
import shlex
import signal
import site
import socket
import struct
import subprocess
import sys
import threading
import traceback
import types

CELL = "<cell {}>"
FORMS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_latex_": "text/latex",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_json_": "application/json",
}


class Channel:
    """The socket. Threads of the user's may print at any time, so each message goes out in one piece."""

    def __init__(self, descriptor):
        self._socket = socket.socket(fileno=descriptor)
        self._file = self._socket.makefile("rb")
        self._lock = threading.Lock()

    def send(self, kind, **members):
        body = json.dumps({"kind": kind, **members}).encode("utf-8", "surrogatepass")
        with self._lock:
            self._socket.sendall(struct.pack(">I", len(body)) + body)

    def receive(self):
        head = self._file.read(4)
        if len(head) < 4:
            return None
        return json.loads(self._file.read(struct.unpack(">I", head)[0]))


class Output(io.TextIOBase):
    """`sys.stdout` or `sys.stderr`: sent line by line, in order with everything else."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, channel, kind, descriptor):
        self._channel, self._kind, self._descriptor = channel, kind, descriptor
        self._waiting = ""
        self.buffer = Binary(self)

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not " + type(text).__name__)
        self._waiting += text
        if "\n" in text or "\r" in text or len(self._waiting) > 8192:
            self.flush()
        return len(text)

    def flush(self):
        text, self._waiting = self._waiting, ""
        if text:
            self._channel.send(self._kind, text=text)


class Binary(io.RawIOBase):
    """What `sys.stdout.buffer` is."""

    def __init__(self, output):
        self._output = output

    def writable(self):
        return True

    def write(self, data):
        self._output.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def flush(self):
        self._output.flush()


class Kernel:
    """Runs cells in one namespace."""

    def __init__(self, channel):
        self.channel = channel
        self.main = types.ModuleType("__main__")
        self.names = vars(self.main)
        self.count = 0
        self.running = False
        self.loop = asyncio.new_event_loop()
        self.shown_figures = set()
        setattr(builtins, "display", self.display)
        self.names["__builtins__"] = builtins
        self.names["get_ipython"] = lambda: None
        sys.modules["__main__"] = self.main

    # Cells

    def run(self, code):
        self.count += 1
        self.shown_figures.clear()
        see_user_packages()
        try:
            self.running = True
            self.execute(code)
            self.show_figures()
        except BaseException as failure:  # also what ends a program elsewhere
            self.running = False
            self.tell(failure)
        finally:
            self.running = False
            sys.stdout.flush()
            sys.stderr.flush()
            self.channel.send("done")

    def execute(self, code):
        name = CELL.format(self.count)
        tree, code = self.parse(code, name)
        linecache.cache[name] = (len(code), None, list(map(str, code.splitlines(True))), name)
        last = tree.body[-1] if tree.body and not code.rstrip().endswith(";") else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        self.evaluate(tree, name, "exec")
        if isinstance(last, ast.Expr):
            value = self.evaluate(ast.Expression(last.value), name, "eval")
            if value is not None:
                self.names["_"] = value
                sys.stdout.flush()
                self.channel.send("result", data=self.forms(value), count=self.count)

    def parse(self, code, name):
        try:
            return ast.parse(code, name), code
        except SyntaxError:
            translated = "\n".join(map(translate, code.split("\n")))
            if translated == code:
                raise
            self.names["__magic__"], self.names["__shell__"] = self.magic, self.shell
            return ast.parse(translated, name), translated

    def evaluate(self, tree, name, mode):
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compiled = compile(tree, name, mode, flags=flags, dont_inherit=True)
        value = eval(compiled, self.names)
        if compiled.co_flags & inspect.CO_COROUTINE:
            return self.loop.run_until_complete(value)
        return value

    def tell(self, failure):
        trace = failure.__traceback__
        while trace is not None and not trace.tb_frame.f_code.co_filename.startswith("<cell "):
            trace = trace.tb_next
        lines = traceback.format_exception(type(failure), failure, trace)
        sys.stdout.flush()
        self.channel.send("error", name=type(failure).__name__, value=str(failure), traceback=lines)

    # Results

    def display(self, *values, **_):
        sys.stdout.flush()
        for value in values:
            self.channel.send("result", data=self.forms(value), count=None)

    def forms(self, value):
        data = {}
        bundle = call(value, "_repr_mimebundle_", include=None, exclude=None)
        if bundle is not None:
            data.update(bundle[0] if isinstance(bundle, tuple) else bundle)
        for method, mime in FORMS.items():
            form = call(value, method)
            if form is not None and mime not in data:
                data[mime] = form[0] if isinstance(form, tuple) else form
        if is_figure(value):
            self.shown_figures.add(id(value))
            data["image/png"] = picture(value)
        data.setdefault("text/plain", repr(value))
        return {mime: sendable(form) for mime, form in data.items()}

    def show_figures(self):
        plots = sys.modules.get("matplotlib.pyplot")
        if plots is None:
            return
        for number in plots.get_fignums():
            figure = plots.figure(number)
            if id(figure) not in self.shown_figures:
                self.display(figure)
        plots.close("all")

    # Lines that are not Python

    def magic(self, line):
        name, _, rest = line.partition(" ")
        if name == "pip":
            self.shell("", [sys.executable, "-m", "pip", *shlex.split(rest)])
            importlib.invalidate_caches()
            if os.path.isdir(site.getusersitepackages()) and site.getusersitepackages() not in sys.path:
                site.addsitedir(site.getusersitepackages())
        elif name == "cd":
            os.chdir(os.path.expanduser(rest.strip() or "~"))
        elif name != "matplotlib":  # figures always come as pictures
            raise NameError(
                "there is no magic %" + name + " here; %pip, %cd and %matplotlib are, and !command"
            )

    def shell(self, command, arguments=None):
        sys.stdout.flush()
        subprocess.run(arguments or command, shell=arguments is None, check=False)


def see_user_packages():
    """Look where `pip install --user` installs; the directory may not have been there when Python started."""
    place = site.USER_SITE if site.ENABLE_USER_SITE else None
    if place and place not in sys.path and os.path.isdir(place):
        site.addsitedir(place)


def translate(line):
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    if text.startswith("%") and not text.startswith("%%"):
        return indent + "__magic__(" + repr(text[1:]) + ")"
    if text.startswith("!"):
        return indent + "__shell__(" + repr(text[1:]) + ")"
    return line


def call(value, method, **options):
    function = getattr(type(value), method, None)
    if function is None:
        return None
    try:
        return function(value, **options)
    except Exception:  # a form that cannot be made is left out, as notebooks do
        return None


def is_figure(value):
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(value, figures.Figure)


def picture(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return file.getvalue()


def sendable(form):
    return base64.b64encode(form).decode() if isinstance(form, (bytes, bytearray)) else form


def stand_in_for_ipython(kernel):
    """Let programs that were written for notebooks find what they import from IPython, where it is not installed."""

    class Shown:
        def __init__(self, data=None, filename=None, **_):
            if data is None and filename is not None:
                with open(filename, "rb" if self.binary else "r") as file:
                    data = file.read()
            self.data = data

        binary = False

    def kind(name, method, binary=False):
        return type(name, (Shown,), {method: lambda self: self.data, "binary": binary})

    module, package = types.ModuleType("IPython.display"), types.ModuleType("IPython")
    vars(module).update(
        HTML=kind("HTML", "_repr_html_"),
        Image=kind("Image", "_repr_png_", binary=True),
        JSON=kind("JSON", "_repr_json_"),
        Latex=kind("Latex", "_repr_latex_"),
        Markdown=kind("Markdown", "_repr_markdown_"),
        SVG=kind("SVG", "_repr_svg_"),
        clear_output=lambda *_, **__: None,
        display=kernel.display,
    )
    # The version is what other packages look at before they ask for more.
    vars(package).update(display=module, get_ipython=lambda: None, version_info=(9, 0, 0, ""))
    sys.modules["IPython"], sys.modules["IPython.display"] = package, module


def main():
    channel = Channel(int(sys.argv[1]))
    sys.path[0] = ""  # not the directory of this program
    sys.argv = [""]
    kernel = Kernel(channel)

    def interrupt(number, frame):
        if kernel.running:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    sys.stdout, sys.stderr = Output(channel, "stdout", 1), Output(channel, "stderr", 2)
    if importlib.util.find_spec("IPython") is None:
        stand_in_for_ipython(kernel)
    channel.send("ready")
    while True:
        request = channel.receive()
        if request is None:
            return
        kernel.run(request["code"])


if __name__ == "__main__":
    main()
