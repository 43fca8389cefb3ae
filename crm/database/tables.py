"""All tables of an app made in one step.

Django draws all models anew after each operation of a migration: 500 operations on 180 models took two minutes of a
first start. Here the models of an app are drawn once, when all of them are described.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """`described` are the operations of an initial migration as `makemigrations` writes them: CreateModel, and what it
    adds to these models behind them (fields, indexes, constraints)."""

    reversible = True

    def __init__(self, described: Sequence[Operation]) -> None:
        self.described = described

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.described], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # what was drawn before is drawn again with these, at the first question for it
        state.__dict__.pop("apps", None)
        for one in self.described:
            one.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in self._models(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in reversed(self._models(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def describe(self) -> str:
        return f"Create the tables of {len([one for one in self.described if isinstance(one, CreateModel)])} models"

    def _models(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> list[Any]:
        made = [state.apps.get_model(app_label, one.name) for one in self.described if isinstance(one, CreateModel)]
        return [model for model in made if self.allow_migrate_model(schema_editor.connection.alias, model)]
