use super::{BadUrl, MAX_URL, check};

/// EVENT-10.
#[test]
fn events_are_posted_by_https_or_to_this_machine() {
    for good in [
        "https://shop.example/hook",
        "https://shop.example:8443/hook?shop=1",
        "https://10.0.0.7/",
        "https://[2001:db8::1]/hook",
        "http://127.0.0.1:8080/hook",
        "http://127.8.8.8/",
        "http://[::1]:8080/",
        "http://localhost:8080/",
    ] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
    let long = format!("https://shop.example/{}", "a".repeat(MAX_URL));
    for bad in [
        "http://shop.example/hook",
        "http://10.0.0.7/",
        "http://127.0.0.1.example/",
        "http://localhost.example/",
        "http://0.0.0.0/",
        "http://127.0.0.1@shop.example/",
        "https://user:word@shop.example/",
        "https://shop.example/#part",
        "https://",
        "https:///hook",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "shop.example/hook",
        "/hook",
        "",
        "https://shop.example/\nhost: a",
        &long,
    ] {
        assert_eq!(check(bad), Err(BadUrl), "{bad}");
    }
}
