use super::TraceCode;

#[test]
fn a_code_is_read_as_people_write_it() {
    let code = TraceCode::read("4F7K-02MZ").unwrap();
    assert_eq!(code.to_string(), "4F7K-02MZ");
    for same in ["4f7k02mz", "4F7KO2MZ", " 4f7k o2mz ", "4-F-7-K-0-2-M-Z"] {
        assert_eq!(TraceCode::read(same), Some(code), "{same}");
    }
    assert_eq!(TraceCode::read("IL00-0000"), TraceCode::read("1100 0000"));
    for none in ["", "4F7K02M", "4F7K02MZ0", "4F7K02MU", "4F7K02M\u{e9}", "\u{ff14}F7K02MZ"] {
        assert_eq!(TraceCode::read(none), None, "{none}");
    }
}

#[test]
fn every_bit_of_a_code_comes_back() {
    for at in 0..40 {
        let mut bytes = [0; 5];
        bytes[at / 8] = 0x80 >> (at % 8);
        let code = TraceCode(bytes);
        assert_eq!(TraceCode::read(&code.to_string()), Some(code));
    }
}
