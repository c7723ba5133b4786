"""How accurate the kernels of full covariance are, beside others: laws, a reference, the others' formulas, a table and a picture."""
