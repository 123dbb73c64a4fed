package postgres

// MigrateTo lets the tests stop at an earlier version of the schema.
var MigrateTo = migrateTo
