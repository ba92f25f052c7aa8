"""An issue on its way: drafted, proofed, published, mailed. Joins the stages for the pipeline."""
