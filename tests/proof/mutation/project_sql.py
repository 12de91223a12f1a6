"""The project's SQL compiled as dbt compiles it, with or without a fault."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import jinja2
import yaml
from dbt_builds import PROJECT, Build

MACRO = re.compile(r"\{%-? macro (\w+)")
CLINICAL = ("intermediate", "marts")
LAYERS = ("intermediate", "marts", "summaries", "survival", "comparison")
# They tell of the build, not of patients.
NOT_CLINICAL = {"delivery_log", "study_parameters"}


@dataclass(frozen=True)
class Project:
    """What dbt knows of the project, and the SQL of its clinical models.

    Attributes
    ----------
    manifest : dict
        The ``manifest.json`` of a build.
    """

    manifest: dict[str, Any]
    _renderers: dict = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, build: Build) -> "Project":
        """The project as a build left it."""
        return cls(json.loads(build.manifest.read_text(encoding="utf-8")))

    @cached_property
    def models(self) -> dict[str, dict]:
        """The clinical models in SQL by name, parents first."""
        found = {
            unique_id: node
            for unique_id, node in self.manifest["nodes"].items()
            if node["resource_type"] == "model"
            and node["schema"] in CLINICAL
            and node["language"] == "sql"
            and node["name"] not in NOT_CLINICAL
        }
        parents = {
            unique_id: [name for name in node["depends_on"]["nodes"] if name in found]
            for unique_id, node in sorted(found.items())
        }
        order = TopologicalSorter(parents).static_order()
        return {found[unique_id]["name"]: found[unique_id] for unique_id in order}

    @cached_property
    def macro_files(self) -> dict[str, str]:
        """Text of every file of macros by its path."""
        return _texts("macros", "*.sql")

    @cached_property
    def model_files(self) -> dict[str, str]:
        """Text of every clinical model by its path."""
        return {
            path: text
            for layer in LAYERS
            for path, text in _texts(f"models/{layer}", "*.sql").items()
            if Path(path).stem not in NOT_CLINICAL
        }

    @cached_property
    def clinical_macro_files(self) -> list[str]:
        """Paths of the macros that the clinical models call, if by way of others."""
        macros = self.manifest["macros"]
        waiting = [
            name
            for node in self.models.values()
            for name in node["depends_on"]["macros"]
        ]
        called = set()
        while waiting:
            name = waiting.pop()
            if name not in called and macros[name]["package_name"] != "dbt":
                called.add(name)
                waiting += macros[name]["depends_on"]["macros"]
        paths = {macros[name]["original_file_path"] for name in called}
        return sorted(paths & self.macro_files.keys())

    def compiled(
        self, variables: dict | None, *, changed: dict[str, str] | None = None
    ) -> dict[str, str]:
        """SQL of each clinical model.

        Parameters
        ----------
        variables : dict or None
            What ``--vars`` gives.
        changed : dict of str to str, optional, keyword-only
            Text of changed files by path; of changed models alone the others are left
            out.
        """
        files = {**self.model_files, **(changed or {})}
        wanted = list(self.model_files)
        if changed and not changed.keys() & self.macro_files.keys():
            wanted = list(changed)
        render = self._renderer(variables, changed or {})
        return {Path(path).stem: render(files[path]) for path in wanted}

    def compiled_test(self, path: str, *, changed: dict[str, str]) -> str:
        """SQL of a singular test where macros are changed."""
        return self._renderer(None, changed)((PROJECT / path).read_text("utf-8"))

    def _renderer(self, variables: dict | None, changed: dict[str, str]):
        macros = {
            **self.macro_files,
            **{
                path: text for path, text in changed.items() if path in self.macro_files
            },
        }
        key = json.dumps([variables, macros], sort_keys=True)
        if key not in self._renderers:
            if len(self._renderers) > 9:
                self._renderers.clear()
            self._renderers[key] = _renderer(self.manifest, macros, variables or {})
        return self._renderers[key]


def _texts(folder: str, pattern: str) -> dict[str, str]:
    return {
        path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((PROJECT / folder).glob(pattern))
    }


def _renderer(manifest: dict, macros: dict[str, str], variables: dict):
    """What compiles a text: Jinja with the part of dbt that the models use."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    settings |= variables
    relations = {
        node["name"]: node["relation_name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    sources = {
        (node["source_name"], node["name"]): node["relation_name"]
        for node in manifest["sources"].values()
    }
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"]
    )
    environment.globals |= {
        "ref": relations.__getitem__,
        "source": lambda *names: sources[names],
        "var": settings.__getitem__,
        "config": lambda **_: "",
        "return": _return,
        "adapter": _Adapter(environment.globals),
    }
    defined: dict[str, Callable] = {}
    for text in macros.values():
        for name in MACRO.findall(text):
            environment.globals[name] = _called(defined, name)
    for text in macros.values():
        module = environment.from_string(text).module
        defined |= {name: getattr(module, name) for name in MACRO.findall(text)}
    return lambda text: environment.from_string(text).render().strip()


class _Returned(Exception):
    """How a macro gives back a value in place of its text, as in dbt."""


def _return(value: Any) -> None:
    raise _Returned(value)


def _called(defined: dict[str, Callable], name: str) -> Callable:
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return defined[name](*arguments, **named)
        except _Returned as returned:
            return returned.args[0]

    return call


class _Adapter:
    """dbt's ``adapter``: a dispatched macro is the default one."""

    def __init__(self, names: dict) -> None:
        self._names = names

    def dispatch(self, name: str):
        return self._names[f"default__{name}"]
