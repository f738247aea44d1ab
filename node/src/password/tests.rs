//! What is made is right, and nothing else is.

use super::{NOBODY, PasswordError, chosen, fresh, is_right, set, stored};
use argon2::password_hash::phc::PasswordHash;

/// TILL-8.
#[test]
fn a_password_is_kept_as_an_argon2id_hash_that_only_its_owner_reads_and_can_be_set_anew() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("manager.hash");
    assert_eq!(stored(&file).unwrap(), None);
    let (first, second) = (fresh().unwrap(), fresh().unwrap());
    assert_ne!(*first, *second);
    assert_eq!((first.len(), first.split('-').count()), (23, 4));
    for password in [&first, &second] {
        set(&file, password).unwrap();
        let kept = stored(&file).unwrap().unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(!kept.contains(password.as_str()));
        assert!(is_right(password, Some(&kept)));
        assert!(!is_right(&format!("{}x", password.as_str()), Some(&kept)));
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!is_right(&first, stored(&file).unwrap().as_deref()));
}

/// TILL-9: what is compared with where there is no password is a hash like any, and no password's.
#[test]
fn where_there_is_no_password_none_is_right() {
    assert!(PasswordHash::new(NOBODY).is_ok());
    for stored in [None, Some("rubbish"), Some("")] {
        assert!(!is_right("", stored));
        assert!(!is_right("anything at all", stored));
    }
}

#[test]
fn a_chosen_password_is_one_line_and_not_too_short() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chosen");
    let with = |text: &[u8]| {
        crate::secret_file::replace(&file, text).unwrap();
        chosen(&file)
    };
    assert_eq!(*with(b"correct horse battery\n").unwrap(), "correct horse battery");
    assert!(matches!(with(b"short"), Err(PasswordError::Length)));
    assert!(matches!(with(&[b'x'; 201]), Err(PasswordError::Length)));
    assert!(matches!(with(b"two lines of\ntext"), Err(PasswordError::Text)));
    assert!(matches!(with(&[0xFF; 20]), Err(PasswordError::Text)));
}
