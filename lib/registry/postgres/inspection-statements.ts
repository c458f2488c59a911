/*
 * What the database says of itself, and of the role that is connected. It stands in catalogs that every role may read, so that also a
 * role is answered that was granted nothing.
 */

const ofSchema = "c.relnamespace = to_regnamespace('reverse_jwt')"
const isTable = "c.relkind IN ('r', 'p')"

/** `readsVersion`: whether `newestVersion` will be answered. */
export const inspection = `SELECT json_build_object(
  'serverVersion', current_setting('server_version_num')::integer,
  'encoding', current_setting('server_encoding'),
  'isReadOnly', current_setting('transaction_read_only') = 'on',
  'now', extract(epoch FROM clock_timestamp()),
  'tables', (SELECT coalesce(json_agg(c.relname), '[]') FROM pg_class c WHERE ${ofSchema} AND ${isTable}),
  'readsVersion', has_schema_privilege(to_regnamespace('reverse_jwt')::oid, 'USAGE') AND EXISTS (
    SELECT FROM pg_class c WHERE ${ofSchema} AND c.relname = 'migrations' AND has_column_privilege(c.oid, 'version', 'SELECT')
  )
)::text AS record`

/**
 * What the role may, whoever granted it: to it, to all, or to a role that it is a member of. DELETE, TRUNCATE and TRIGGER are of the
 * whole table, and have all its columns here.
 */
export const heldRights = `SELECT json_build_object(
  'isSuperuser', (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user),
  'isOwner', EXISTS (SELECT FROM pg_class c WHERE ${ofSchema} AND ${isTable} AND pg_has_role(c.relowner, 'USAGE')),
  'usesSchema', has_schema_privilege(to_regnamespace('reverse_jwt')::oid, 'USAGE'),
  'addsTables', has_schema_privilege(to_regnamespace('reverse_jwt')::oid, 'CREATE'),
  'columns', (
    SELECT coalesce(json_object_agg(t.name, t.columns), '{}') FROM (
      SELECT c.relname AS name, json_agg(a.attname) AS columns
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE ${ofSchema} AND ${isTable} GROUP BY c.relname
    ) AS t
  ),
  'rights', (
    SELECT coalesce(json_agg(json_build_object('table', h.name, 'privilege', h.privilege, 'columns', h.columns)), '[]') FROM (
      SELECT c.relname AS name, p.privilege, json_agg(a.attname) AS columns
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS p (privilege)
      WHERE ${ofSchema} AND ${isTable} AND CASE WHEN p.privilege IN ('DELETE', 'TRUNCATE', 'TRIGGER')
        THEN has_table_privilege(c.oid, p.privilege) ELSE has_column_privilege(c.oid, a.attnum, p.privilege) END
      GROUP BY c.relname, p.privilege ORDER BY c.relname, p.privilege
    ) AS h
  )
)::text AS record`
