"""Makes a PDF of the folder that is named: `document.typ` with its `document.json` and its pictures. A process of its
own, which imports nothing of the product: what goes wrong in the typesetter, or takes too much, ends here.

    python compile.py FOLDER OUTPUT FONTS...
"""

import resource
import sys
from pathlib import Path

SECONDS = 10  # of the processor
MEMORY = 2 << 30  # bytes of addresses: fonts are mapped, not read


def main(folder: str, output: str, fonts: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import typst  # noqa: PLC0415 - under the limits

    source = Path(folder) / "document.typ"
    typst.compile(
        str(source), output=output, root=folder, font_paths=list(fonts), ignore_system_fonts=True, format="pdf"
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
