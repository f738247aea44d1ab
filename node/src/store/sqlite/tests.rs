use rusqlite::StatementStatus::RePrepare;

use super::*;

fn filled(folder: &Path) -> SqliteEngine {
    let mut engine = SqliteEngine::open(folder.join("node.db")).unwrap();
    let mut transaction = engine.begin().unwrap();
    for key in 0u8..50 {
        transaction.put(Table::Feed, &[key], b"v").unwrap();
    }
    transaction.commit().unwrap();
    engine
}

/// How often the statements of two kinds of scans and a look-up were compiled again, by one connection that runs all of them
/// with other bounds and limits each time.
fn compiled_again(connection: &Connection) -> i32 {
    for round in 1u8..20 {
        let limit = usize::from(round);
        assert_eq!(scan(connection, Table::Feed, &[round], None, limit).unwrap().len(), limit);
        assert_eq!(scan(connection, Table::Feed, &[round], Some(&[round + 1]), limit).unwrap().len(), 1);
        assert!(get(connection, Table::Feed, &[round]).unwrap().is_some());
    }
    let Sql { get, scan, scan_to, .. } = sql(Table::Feed);
    [get, scan, scan_to].iter().map(|sql| connection.prepare_cached(sql).unwrap().get_status(RePrepare)).sum()
}

#[test]
fn a_statement_is_compiled_once_whatever_is_bound_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let engine = filled(folder.path());
    let reader = connect(&engine.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    assert_eq!((compiled_again(&engine.connection), compiled_again(&reader)), (0, 0));
}

#[test]
fn control_without_the_guarantee_each_limit_compiles_anew() {
    let folder = tempfile::tempdir().unwrap();
    let engine = filled(folder.path());
    engine.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, false).unwrap();
    assert!(compiled_again(&engine.connection) > 30);
}
