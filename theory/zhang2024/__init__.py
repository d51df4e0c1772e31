"""The results of Zhang, Frei and Bartlett (2024), a module each, in the paper's order.

model, population_loss, gradient_flow, preconditioner, global_minimum, convergence, limiting_predictor,
prediction_error, distribution_shift, random_covariance (with random_entries and random_query), matrix_calculus; beyond
the paper variants of the training law and the variance of the Monte Carlo estimator.

Source: Trained Transformers Learn Linear Models In-Context, JMLR 25(49), 2024.
"""
