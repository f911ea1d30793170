"""What sources import, and where: for `tests.test_imports`."""
import ast
import graphlib
import io
import pathlib
import tokenize

ROOT = pathlib.Path(__file__).parents[1]


def imported(source, module):
    """Full names that the source of `module` imports, inside functions too.

    Of `from vsc_tf import x` the name is `vsc_tf.x`: x may be a module.
    """
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = module.split(".")[:-node.level]
                base = ".".join(parents + ([base] if base else []))
            names += [f"{base}.{alias.name}" for alias in node.names]
    return names


def sources(package):
    """(module name, source) of every file of a package."""
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[-1] == "__init__":  # Relative imports count from the package itself.
            parts = (*parts[:-1], "__init__")
        yield ".".join(parts), path.read_text()


def arrows(modules):
    """Dict of module -> those of `modules` (name -> source) that it imports, anywhere in it."""
    known = {name.removesuffix(".__init__"): name for name in modules}

    def found(name):  # Of `a.b.f` the module may be `a.b`.
        while name and name not in known:
            name = name.rpartition(".")[0]
        return known.get(name)

    return {module: {found(name) for name in imported(source, module)} - {None}
            for module, source in modules.items()}


def circle(modules):
    """Modules that import each other in a circle, or none."""
    try:
        graphlib.TopologicalSorter(arrows(modules)).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def unexplained(source):
    """Lines of imports inside functions that no comment explains.

    A comment stands on the import's own line or on the line above; imports right below an
    explained one go with it.
    """
    comments = {token.start[0] for token in tokenize.generate_tokens(io.StringIO(source).readline)
                if token.type == tokenize.COMMENT}
    functions = (node for node in ast.walk(ast.parse(source))
                 if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    imports = {node.lineno: node for function in functions for node in ast.walk(function)
               if isinstance(node, (ast.Import, ast.ImportFrom))}
    explained, found = set(), []
    for line, node in sorted(imports.items()):
        own = set(range(line - 1, node.end_lineno + 1))
        if own & comments or line - 1 in explained:
            explained.add(node.end_lineno)
        else:
            found.append(line)
    return found
