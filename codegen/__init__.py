"""closedform.codegen."""

if __name__ != "closedform.codegen":
    raise ImportError(f"this package is closedform.codegen, not {__name__}: write `import closedform.codegen`")
