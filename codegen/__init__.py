"""The kernels: theorems are lowered to loop statements, and backends write those down.

    catalogue    which theorems give which kernels           lower, arrange    a theorem's last line as statements
    backends     one folder a language                       package           generated/ around the kernels
    emit         files in memory and on disk, the manifest   cli               `closedform generate`
"""

if __name__ != "closedform.codegen":
    raise ImportError(f"this package is closedform.codegen, not {__name__}: write `import closedform.codegen`")
