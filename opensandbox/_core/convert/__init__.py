"""Between the public models and the generated wire types. The generated types, and their UNSET, stay in here."""
