public import Postgres

/// The schema that this version works on.
public enum StoreMigrations {
    /// For `Migrator(StoreMigrations.all)`.
    public static var all: [Migration] { EmbeddedMigrations.all }
}
