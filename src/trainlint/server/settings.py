"""Keeps up with settings, folders and files that change outside of what is open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lsprotocol import types

from trainlint.config.resolve import NAMES
from trainlint.server import checking
from trainlint.server.desk import Desk
from trainlint.server.documents import path_of

_WATCHED = "**/*.{py,ipynb,toml,yaml,yml,json,ini,cfg,txt,lock}"


def register(desk: Desk) -> None:
    """Registers the handlers of these notifications."""
    server = desk.server

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        desk.ask_later(_register_for_changes(desk))
        desk.ask_later(_ask_for_settings(desk))

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: types.DidChangeConfigurationParams) -> None:
        if desk.client.has_configuration:
            await _ask_for_settings(desk)
        elif params.settings:
            desk.take_settings(params.settings)
            desk.analyses.refresh_all()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        changed_on_disk(desk, [path for event in params.changes if (path := path_of(event.uri)) is not None])

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for document in desk.analyses.documents.values():
            document.folder = desk.folder_of(document.path)
        desk.analyses.refresh_all()
        await _ask_for_settings(desk)


def changed_on_disk(desk: Desk, paths: Iterable[Path]) -> None:
    """Analyses again what files mean that were changed, made or removed."""
    paths = list(paths)
    if any(path.name in NAMES for path in paths) or _is_configuration(desk, paths):
        desk.analyses.refresh_all()
    else:
        desk.analyses.refresh(paths)
    checking.changed_on_disk(desk, paths)


def _is_configuration(desk: Desk, paths: list[Path]) -> bool:
    """Whether one may be a settings file that another extends, or that the client names."""
    return any(path.suffix == ".toml" for path in paths)


async def _register_for_changes(desk: Desk) -> None:
    wanted: list[types.Registration] = []
    if desk.client.watches_files:
        watchers = [types.FileSystemWatcher(glob_pattern=_WATCHED)]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        wanted.append(types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if desk.client.registers_configuration:
        section = types.DidChangeConfigurationRegistrationOptions(section="trainlint")
        wanted.append(types.Registration("settings", types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
    if wanted:
        await desk.server.client_register_capability_async(types.RegistrationParams(wanted))


async def _ask_for_settings(desk: Desk) -> None:
    """Asks the client for its settings, those of each folder too."""
    if desk.client.has_configuration:
        folders = desk.folders()
        items = [types.ConfigurationItem(section="trainlint")]
        items += [
            types.ConfigurationItem(scope_uri=folder.as_uri(), section="trainlint") for folder in folders
        ]
        given = await desk.server.workspace_configuration_async(types.ConfigurationParams(items))
        before = (desk.settings, dict(desk.by_folder))
        desk.by_folder.clear()
        if given and given[0] is not None:
            desk.take_settings(given[0])
        for folder, its in zip(folders, given[1:], strict=False):
            if its is not None and its != given[0]:
                desk.take_settings(its, folder)
        if before == (desk.settings, desk.by_folder):
            return
    desk.analyses.refresh_all()
