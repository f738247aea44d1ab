use axum::http::header;
use axum::response::Response;

use super::{for_wallet, secure};

/// A browser holds to each policy that it is sent, so that the stricter one would keep the wallet from other stores.
#[test]
fn the_wallets_policy_stands_in_the_place_of_the_pages_own() {
    let mut response = Response::default();
    secure(&mut response);
    secure(&mut response);
    for_wallet(&mut response, &["http://127.0.0.1:8141".to_owned()]);
    let policies: Vec<_> = response.headers().get_all(header::CONTENT_SECURITY_POLICY).iter().collect();
    let [policy] = policies.as_slice() else { panic!("{policies:?}") };
    let policy = policy.to_str().unwrap();
    assert!(policy.ends_with("connect-src 'self' https: http://127.0.0.1:8141"), "{policy}");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(response.headers().get_all("permissions-policy").iter().count(), 1);
    assert_eq!(response.headers().get_all(header::X_CONTENT_TYPE_OPTIONS).iter().count(), 1);
}
