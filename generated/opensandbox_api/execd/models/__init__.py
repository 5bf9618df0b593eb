# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
"""The models of this API, each imported on its first use."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bind_mount import BindMount
    from .capabilities_response import CapabilitiesResponse
    from .capabilities_response_hardening import CapabilitiesResponseHardening
    from .capabilities_response_hardening_init_mode import CapabilitiesResponseHardeningInitMode
    from .chmod_files_body import ChmodFilesBody
    from .code_context import CodeContext
    from .code_context_request import CodeContextRequest
    from .command_status_response import CommandStatusResponse
    from .create_isolated_session_request import CreateIsolatedSessionRequest
    from .create_isolated_session_request_profile import CreateIsolatedSessionRequestProfile
    from .create_isolated_session_request_uid_mode import CreateIsolatedSessionRequestUidMode
    from .create_session_request import CreateSessionRequest
    from .create_session_response import CreateSessionResponse
    from .env_passthrough_spec import EnvPassthroughSpec
    from .env_passthrough_spec_mode import EnvPassthroughSpecMode
    from .error_response import ErrorResponse
    from .file_info import FileInfo
    from .file_info_type import FileInfoType
    from .file_metadata import FileMetadata
    from .get_files_info_response_200 import GetFilesInfoResponse200
    from .hardening_layer_state import HardeningLayerState
    from .hardening_layer_state_state import HardeningLayerStateState
    from .identity_chmod_files_body import IdentityChmodFilesBody
    from .identity_get_files_info_response_200 import IdentityGetFilesInfoResponse200
    from .identity_make_dirs_body import IdentityMakeDirsBody
    from .identity_replace_content_body import IdentityReplaceContentBody
    from .identity_replace_content_response_200 import IdentityReplaceContentResponse200
    from .identity_upload_file_body import IdentityUploadFileBody
    from .isolated_background_run_response import IsolatedBackgroundRunResponse
    from .isolated_chmod_files_body import IsolatedChmodFilesBody
    from .isolated_create_session_response import IsolatedCreateSessionResponse
    from .isolated_get_files_info_response_200 import IsolatedGetFilesInfoResponse200
    from .isolated_make_dirs_body import IsolatedMakeDirsBody
    from .isolated_overlay_spec import IsolatedOverlaySpec
    from .isolated_overlay_spec_mode import IsolatedOverlaySpecMode
    from .isolated_replace_content_body import IsolatedReplaceContentBody
    from .isolated_replace_content_response_200 import IsolatedReplaceContentResponse200
    from .isolated_run_request import IsolatedRunRequest
    from .isolated_run_request_envs import IsolatedRunRequestEnvs
    from .isolated_run_status import IsolatedRunStatus
    from .isolated_session_summary import IsolatedSessionSummary
    from .isolated_session_summary_status import IsolatedSessionSummaryStatus
    from .isolated_upload_file_body import IsolatedUploadFileBody
    from .isolated_workspace_spec import IsolatedWorkspaceSpec
    from .isolated_workspace_spec_mode import IsolatedWorkspaceSpecMode
    from .list_isolated_sessions_response import ListIsolatedSessionsResponse
    from .make_dirs_body import MakeDirsBody
    from .metrics import Metrics
    from .permission import Permission
    from .rename_file_item import RenameFileItem
    from .replace_content_body import ReplaceContentBody
    from .replace_content_response_200 import ReplaceContentResponse200
    from .replace_file_content_item import ReplaceFileContentItem
    from .replace_file_content_result import ReplaceFileContentResult
    from .run_code_request import RunCodeRequest
    from .run_command_request import RunCommandRequest
    from .run_command_request_envs import RunCommandRequestEnvs
    from .run_in_session_request import RunInSessionRequest
    from .server_stream_event import ServerStreamEvent
    from .server_stream_event_error import ServerStreamEventError
    from .server_stream_event_results import ServerStreamEventResults
    from .server_stream_event_type import ServerStreamEventType
    from .session_state import SessionState
    from .session_state_profile import SessionStateProfile
    from .session_state_status import SessionStateStatus
    from .session_state_uid_mode import SessionStateUidMode
    from .upload_file_body import UploadFileBody
else:
    _MODULES = {
        "BindMount": ".bind_mount",
        "CapabilitiesResponse": ".capabilities_response",
        "CapabilitiesResponseHardening": ".capabilities_response_hardening",
        "CapabilitiesResponseHardeningInitMode": ".capabilities_response_hardening_init_mode",
        "ChmodFilesBody": ".chmod_files_body",
        "CodeContext": ".code_context",
        "CodeContextRequest": ".code_context_request",
        "CommandStatusResponse": ".command_status_response",
        "CreateIsolatedSessionRequest": ".create_isolated_session_request",
        "CreateIsolatedSessionRequestProfile": ".create_isolated_session_request_profile",
        "CreateIsolatedSessionRequestUidMode": ".create_isolated_session_request_uid_mode",
        "CreateSessionRequest": ".create_session_request",
        "CreateSessionResponse": ".create_session_response",
        "EnvPassthroughSpec": ".env_passthrough_spec",
        "EnvPassthroughSpecMode": ".env_passthrough_spec_mode",
        "ErrorResponse": ".error_response",
        "FileInfo": ".file_info",
        "FileInfoType": ".file_info_type",
        "FileMetadata": ".file_metadata",
        "GetFilesInfoResponse200": ".get_files_info_response_200",
        "HardeningLayerState": ".hardening_layer_state",
        "HardeningLayerStateState": ".hardening_layer_state_state",
        "IdentityChmodFilesBody": ".identity_chmod_files_body",
        "IdentityGetFilesInfoResponse200": ".identity_get_files_info_response_200",
        "IdentityMakeDirsBody": ".identity_make_dirs_body",
        "IdentityReplaceContentBody": ".identity_replace_content_body",
        "IdentityReplaceContentResponse200": ".identity_replace_content_response_200",
        "IdentityUploadFileBody": ".identity_upload_file_body",
        "IsolatedBackgroundRunResponse": ".isolated_background_run_response",
        "IsolatedChmodFilesBody": ".isolated_chmod_files_body",
        "IsolatedCreateSessionResponse": ".isolated_create_session_response",
        "IsolatedGetFilesInfoResponse200": ".isolated_get_files_info_response_200",
        "IsolatedMakeDirsBody": ".isolated_make_dirs_body",
        "IsolatedOverlaySpec": ".isolated_overlay_spec",
        "IsolatedOverlaySpecMode": ".isolated_overlay_spec_mode",
        "IsolatedReplaceContentBody": ".isolated_replace_content_body",
        "IsolatedReplaceContentResponse200": ".isolated_replace_content_response_200",
        "IsolatedRunRequest": ".isolated_run_request",
        "IsolatedRunRequestEnvs": ".isolated_run_request_envs",
        "IsolatedRunStatus": ".isolated_run_status",
        "IsolatedSessionSummary": ".isolated_session_summary",
        "IsolatedSessionSummaryStatus": ".isolated_session_summary_status",
        "IsolatedUploadFileBody": ".isolated_upload_file_body",
        "IsolatedWorkspaceSpec": ".isolated_workspace_spec",
        "IsolatedWorkspaceSpecMode": ".isolated_workspace_spec_mode",
        "ListIsolatedSessionsResponse": ".list_isolated_sessions_response",
        "MakeDirsBody": ".make_dirs_body",
        "Metrics": ".metrics",
        "Permission": ".permission",
        "RenameFileItem": ".rename_file_item",
        "ReplaceContentBody": ".replace_content_body",
        "ReplaceContentResponse200": ".replace_content_response_200",
        "ReplaceFileContentItem": ".replace_file_content_item",
        "ReplaceFileContentResult": ".replace_file_content_result",
        "RunCodeRequest": ".run_code_request",
        "RunCommandRequest": ".run_command_request",
        "RunCommandRequestEnvs": ".run_command_request_envs",
        "RunInSessionRequest": ".run_in_session_request",
        "ServerStreamEvent": ".server_stream_event",
        "ServerStreamEventError": ".server_stream_event_error",
        "ServerStreamEventResults": ".server_stream_event_results",
        "ServerStreamEventType": ".server_stream_event_type",
        "SessionState": ".session_state",
        "SessionStateProfile": ".session_state_profile",
        "SessionStateStatus": ".session_state_status",
        "SessionStateUidMode": ".session_state_uid_mode",
        "UploadFileBody": ".upload_file_body",
    }

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        globals()[name] = model = getattr(import_module(_MODULES[name], __name__), name)
        return model


__all__ = (
    "BindMount",
    "CapabilitiesResponse",
    "CapabilitiesResponseHardening",
    "CapabilitiesResponseHardeningInitMode",
    "ChmodFilesBody",
    "CodeContext",
    "CodeContextRequest",
    "CommandStatusResponse",
    "CreateIsolatedSessionRequest",
    "CreateIsolatedSessionRequestProfile",
    "CreateIsolatedSessionRequestUidMode",
    "CreateSessionRequest",
    "CreateSessionResponse",
    "EnvPassthroughSpec",
    "EnvPassthroughSpecMode",
    "ErrorResponse",
    "FileInfo",
    "FileInfoType",
    "FileMetadata",
    "GetFilesInfoResponse200",
    "HardeningLayerState",
    "HardeningLayerStateState",
    "IdentityChmodFilesBody",
    "IdentityGetFilesInfoResponse200",
    "IdentityMakeDirsBody",
    "IdentityReplaceContentBody",
    "IdentityReplaceContentResponse200",
    "IdentityUploadFileBody",
    "IsolatedBackgroundRunResponse",
    "IsolatedChmodFilesBody",
    "IsolatedCreateSessionResponse",
    "IsolatedGetFilesInfoResponse200",
    "IsolatedMakeDirsBody",
    "IsolatedOverlaySpec",
    "IsolatedOverlaySpecMode",
    "IsolatedReplaceContentBody",
    "IsolatedReplaceContentResponse200",
    "IsolatedRunRequest",
    "IsolatedRunRequestEnvs",
    "IsolatedRunStatus",
    "IsolatedSessionSummary",
    "IsolatedSessionSummaryStatus",
    "IsolatedUploadFileBody",
    "IsolatedWorkspaceSpec",
    "IsolatedWorkspaceSpecMode",
    "ListIsolatedSessionsResponse",
    "MakeDirsBody",
    "Metrics",
    "Permission",
    "RenameFileItem",
    "ReplaceContentBody",
    "ReplaceContentResponse200",
    "ReplaceFileContentItem",
    "ReplaceFileContentResult",
    "RunCodeRequest",
    "RunCommandRequest",
    "RunCommandRequestEnvs",
    "RunInSessionRequest",
    "ServerStreamEvent",
    "ServerStreamEventError",
    "ServerStreamEventResults",
    "ServerStreamEventType",
    "SessionState",
    "SessionStateProfile",
    "SessionStateStatus",
    "SessionStateUidMode",
    "UploadFileBody",
)
