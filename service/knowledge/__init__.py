"""Knowledge: articles for colleagues and customers, their versions, how they are found and whether they help."""
