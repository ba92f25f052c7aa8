"""Pictures of numbers: a chart is values first; from them are made its shapes, and of these an SVG or a PNG."""
