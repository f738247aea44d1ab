use super::cents;

#[test]
fn euros_are_read_with_a_point_or_a_comma_and_nothing_else() {
    for (text, expected) in [("42", 4200), ("42.1", 4210), ("42,10", 4210), ("0,05", 5), ("7.", 700)] {
        assert_eq!(cents(text), Some(expected), "{text}");
    }
    for text in ["", ",5", "4.2.1", "42.105", "-1", "+1", "1 000", "€42", "99999999999999999999"] {
        assert_eq!(cents(text), None, "{text}");
    }
}
