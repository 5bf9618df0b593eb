"""Code contexts and the kernels behind them."""
