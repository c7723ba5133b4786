"""closedform.derive."""

if __name__ != "closedform.derive":
    raise ImportError(f"this package is closedform.derive, not {__name__}: write `import closedform.derive`")
