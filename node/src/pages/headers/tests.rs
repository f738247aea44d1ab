use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::{for_wallet, secure};

/// A browser holds to each policy that it is sent, so that the stricter one would keep the wallet from other stores.
#[test]
fn the_wallets_policy_stands_in_the_place_of_the_pages_own() {
    let mut response = Response::default();
    secure(&mut response);
    secure(&mut response);
    let own = HeaderValue::from_static("default-src 'none'; connect-src 'self' https:");
    for_wallet(&mut response, Some(&own));
    let policies: Vec<_> = response.headers().get_all(header::CONTENT_SECURITY_POLICY).iter().collect();
    let [policy] = policies.as_slice() else { panic!("{policies:?}") };
    assert_eq!(*policy, own);
    assert_eq!(response.headers().get_all("permissions-policy").iter().count(), 1);
    assert_eq!(response.headers().get_all(header::X_CONTENT_TYPE_OPTIONS).iter().count(), 1);
}
