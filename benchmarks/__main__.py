"""`python -m benchmarks`: which questions can be asked, a line each. Knows the first lines of the files beside it."""

import ast
from pathlib import Path

HERE = Path(__file__).parent


def questions() -> dict[str, str]:
    """What can be run -> the first sentence of what it says of itself."""
    found = {}
    for path in sorted(set(HERE.glob("*.py")) - {Path(__file__)}):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = ast.get_docstring(tree) or ""
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[path.stem] = told.splitlines()[0]
    return found


def main() -> None:
    for name, told in questions().items():
        print(f"python -m benchmarks.{name:18} {told}")


if __name__ == "__main__":
    main()
