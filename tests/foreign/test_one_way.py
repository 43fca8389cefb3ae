"""Foreign things have one room each; this is the list of the rooms, and what else the linter cannot see.

A room more, or a thing more in a room, is a decision: it is written down here with its reason.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
APPS = [path.parent.name for path in TOP.glob("*/apps.py")]
# file -> what it may use that nobody else may
ROOMS = {
    "crm/foreign/html.py": {"nh3"},
    "crm/foreign/addresses.py": {"socket.socket"},  # asks which way a packet would go
    "crm/foreign/requests.py": {"http.client", "socket.socket"},
    "crm/foreign/tokens.py": {"cryptography"},
    "crm/foreign/pictures.py": {"PIL"},
    "crm/foreign/tables.py": {"openpyxl.Workbook"},
    "crm/exporting/csv.py": {"csv.writer"},
    "crm/importing/rejects.py": {"csv.writer"},  # cells as they came, escaped by the rule of exporting
    "crm/mail/smtp.py": {"smtplib"},
    "crm/incoming/imap.py": {"imaplib"},
    "crm/filtering/keyset.py": {"django.core.signing"},  # positions in a list, for those who see the list
    "crm/serving/alive.py": {"urllib.request"},  # asks its own /healthz
    "crm/serving/site.py": {"socket.socket"},  # looks for its own port
    "crm/embedded/valkey.py": {"socket.socket"},  # its own socket in the file system
}
BANNED = [
    "import requests",
    "import httpx",
    "import aiohttp",
    "import urllib3",
    "import urllib.request",
    "from urllib.request import urlopen",
    "import http.client",
    "import smtplib",
    "import imaplib",
    "import poplib",
    "import ftplib",
    "import socket\nsocket.create_connection(('x', 1))",
    "from socket import create_connection",
    "import socket\nsocket.socket()",
    "import nh3",
    "import bleach",
    "from django.utils.html import strip_tags",
    "from django.core import signing",
    "from django.core.signing import dumps",
    "from cryptography.fernet import Fernet",
    "from django.utils.safestring import mark_safe",
    "from django.utils import safestring\nsafestring.mark_safe('')",
    "from django.template import Template",
    "from django.template import Engine",
    "from django.template import engines",
    "import jinja2",
    "import csv\ncsv.writer(None)",
    "import csv as c\nc.DictWriter(None, [])",
    "from csv import writer",
    "from openpyxl import Workbook",
    "from PIL import Image",
    "from django.core.mail import send_mail",
]
UNSAFE_IN_TEMPLATES = re.compile(
    r"\|\s*(safe|safeseq)\b|autoescape\s+off|srcdoc|hx-on|javascript:"
    r"|\son(click|change|submit|input|load|error|toggle|focus\w*|blur|key\w+|mouse\w+|pointer\w+)\s*="
)
UNSAFE_IN_SCRIPTS = re.compile(
    r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment"
)
STORED_FILES_ARE_MADE = {
    "crm/foreign/uploads.py",
    # to go through store_upload
    "crm/dashboards/mailing.py",  # the PDF of a mailed dashboard, of our own making
    "crm/exporting/later.py",  # the file of a large export, of our own making
    "crm/importing/job.py",  # the file of rejected rows, of our own making
    "crm/mail/backend.py",  # attachments of our own mails
}


def ruff(*arguments: str, text: str | None = None) -> list[dict]:
    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--output-format", "json", *arguments],
        cwd=TOP,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not found.stderr, found.stderr
    return json.loads(found.stdout)


def product_files(pattern: str, *folders: str) -> list[Path]:
    return [path for folder in folders for path in (TOP / folder).rglob(pattern)]


def test_each_room_uses_what_is_its_own_and_nothing_else_does():
    used: dict[str, set[str]] = defaultdict(set)
    for fault in ruff("--config", "lint.per-file-ignores={}", "--ignore-noqa", *APPS):
        used[Path(fault["filename"]).relative_to(TOP).as_posix()].add(fault["message"].split("`")[1])
    assert dict(used) == ROOMS


def test_second_way_is_refused_by_the_linter_in_any_other_file(tmp_path):
    for number, code in enumerate(BANNED):
        (tmp_path / f"newcomer_{number}.py").write_text(code)
    refused = {fault["filename"] for fault in ruff("--config", "pyproject.toml", str(tmp_path))}
    assert [code for number, code in enumerate(BANNED) if str(tmp_path / f"newcomer_{number}.py") not in refused] == []


def test_rooms_of_the_linter_are_those_of_the_list():
    settings = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "TID251" in settings["select"]
    assert ruff(*ROOMS) == []


def test_nothing_but_a_constant_is_called_safe():
    faults = []
    for path in product_files("*.py", *APPS):
        if path in (TOP / "crm/foreign/html.py", TOP / "crm/markup.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            is_constant = isinstance(node, ast.Call) and all(
                isinstance(part, ast.Constant) or (isinstance(part, ast.Name) and part.id.isupper())
                for part in node.args
            )
            is_mended = (
                isinstance(node, ast.Call) and node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
            )
            if (name in {"SafeString", "SafeText"} and not is_constant) or (name == "format_html" and is_mended):
                faults.append(f"{path.relative_to(TOP)}:{node.lineno}")
            if isinstance(node, ast.FunctionDef) and node.name == "__html__":
                faults.append(f"{path.relative_to(TOP)}:{node.lineno}")
    assert faults == []


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(TOP)}:{number}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_template_opens_the_door_to_foreign_html():
    assert lines_with(UNSAFE_IN_TEMPLATES, product_files("*.html", "templates")) == []


def test_no_script_writes_html():
    assert lines_with(UNSAFE_IN_SCRIPTS, product_files("*.js", "static/js")) == []


def test_patterns_find_what_they_are_for():
    for line in ("{{ a|safe }}", "{{ a | safe }}", "{% autoescape off %}", '<a onclick="x()">', '<p hx-on:click="x">'):
        assert UNSAFE_IN_TEMPLATES.search(line)
    for line in ("box.innerHTML = text", "box.innerHTML += text", "eval(text)", 'box.insertAdjacentHTML("a", text)'):
        assert UNSAFE_IN_SCRIPTS.search(line)


def test_stored_files_are_made_in_few_places():
    made = {
        path.relative_to(TOP).as_posix()
        for path in product_files("*.py", *APPS)
        if re.search(r"\bStoredFile(\(|\.objects\.(bulk_)?create\()", path.read_text()) and "models" not in path.parts
    }
    assert made == STORED_FILES_ARE_MADE
