"""Reports over the lists: rows, groups, measures, a chart; read by the catalogues as one statement."""
