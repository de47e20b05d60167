use copydesk_document::Note;

use super::*;

fn run(bytes: &[u8], content_type: Option<&str>) -> (String, String, Vec<String>) {
    let mut notes: Vec<Note> = Vec::new();
    let decoded = decode(bytes.to_vec(), Hints { content_type, url: "" }, &mut notes);
    (decoded.text, decoded.charset, notes.into_iter().map(|n| n.code.into_owned()).collect())
}

const RU: &str = "Во вторник совет порта обсудил новое расписание паромов, которое многие пассажиры считают неудобным.";
const UK: &str = "У вівторок рада порту обговорила новий розклад поромів, який багато пасажирів вважають незручним.";
const KO: &str = "항만 위원회는 화요일에 새로운 여객선 시간표를 논의했다. 많은 승객이 불편하다고 말했다.";
const JA: &str = "港の委員会は火曜日に新しいフェリーの時刻表について話し合った。多くの乗客が不便だと述べている。";
const ZH: &str = "港口委员会星期二讨论了新的渡轮时刻表。许多乘客表示不方便。";
const ZHT: &str = "港口委員會星期二討論了新的渡輪時刻表。許多乘客表示不方便。";
const EL: &str = "Την Τρίτη το συμβούλιο του λιμανιού συζήτησε το νέο δρομολόγιο των πλοίων για τα νησιά.";
const TR: &str = "Liman kurulu salı günü yeni vapur tarifesini görüştü; şikâyet eden yolcuların çoğu işçiydi.";
const AR: &str = "ناقش مجلس الميناء يوم الثلاثاء الجدول الجديد للعبارات الذي يشكو منه كثير من الركاب.";
const HE: &str = "מועצת הנמל דנה ביום שלישי בלוח הזמנים החדש של המעבורות, שנוסעים רבים מתלוננים עליו.";
const FR: &str = "Le conseil du port a débattu mardi du nouvel horaire – jugé « gênant » par l’équipage – à 4 €.";
const PL: &str = "We wtorek rada portu omówiła nowy rozkład promów, który wielu pasażerów uważa za niewygodny. Żółć.";
const TH: &str = "คณะกรรมการท่าเรือหารือเรื่องตารางเรือข้ามฟากใหม่เมื่อวันอังคาร ผู้โดยสารจำนวนมากไม่พอใจ";
const LT: &str = "Antradienį uosto taryba aptarė naują keltų tvarkaraštį, kurį daugelis keleivių laiko nepatogiu.";

fn page(label: Option<&str>, text: &str) -> String {
    let meta = label.map(|l| format!("<meta charset=\"{l}\">")).unwrap_or_default();
    format!("<!DOCTYPE html><html><head>{meta}<title>x</title></head><body><p>{text}</p><p>{text}</p></body></html>")
}

fn encode(name: &str, text: &str) -> Vec<u8> {
    let encoding = Encoding::for_label(name.as_bytes()).expect(name);
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{name} cannot write {text}");
    bytes.into_owned()
}

/// What is written in, what the page says, what the transfer says, what is read, and the notes.
type Case =
    (&'static str, Option<&'static str>, Option<&'static str>, &'static str, &'static str, &'static [&'static str]);

const MISMATCH: &[&str] = &["charset-mismatch"];
const UNKNOWN: &[&str] = &["charset-unknown"];
const GUESSED: &[&str] = &["charset-guessed"];

const CASES: &[Case] = &[
    ("utf-8", Some("utf-8"), None, RU, "UTF-8", &[]),
    ("utf-8", None, None, KO, "UTF-8", &[]),
    ("utf-8", Some("euc-kr"), None, KO, "UTF-8", MISMATCH),
    ("utf-8", Some("iso-8859-1"), None, FR, "UTF-8", MISMATCH),
    ("utf-8", Some("utf-16"), None, RU, "UTF-8", &[]),
    ("utf-8", Some("x-klingon-8"), None, RU, "UTF-8", UNKNOWN),
    ("utf-8", Some("utf8"), Some("text/html; charset=windows-1252"), FR, "UTF-8", MISMATCH),
    ("euc-kr", Some("euc-kr"), None, KO, "EUC-KR", &[]),
    ("euc-kr", Some("ks_c_5601-1987"), None, KO, "EUC-KR", &[]),
    ("euc-kr", None, None, KO, "EUC-KR", GUESSED),
    ("euc-kr", Some("utf-8"), None, KO, "EUC-KR", MISMATCH),
    ("euc-kr", Some("euc-kr"), None, "햏햏 뷁 똠방각하", "EUC-KR", &[]),
    ("euc-kr", Some("utf-8"), Some("text/html; charset=EUC-KR"), KO, "EUC-KR", &[]),
    ("euc-kr", Some("iso-8859-1"), None, KO, "EUC-KR", MISMATCH),
    ("shift_jis", Some("shift_jis"), None, JA, "Shift_JIS", &[]),
    ("shift_jis", Some("x-sjis"), None, JA, "Shift_JIS", &[]),
    ("shift_jis", Some("euc-jp"), None, JA, "Shift_JIS", MISMATCH),
    ("shift_jis", None, None, JA, "Shift_JIS", GUESSED),
    ("euc-jp", Some("euc-jp"), None, JA, "EUC-JP", &[]),
    ("euc-jp", None, None, JA, "EUC-JP", GUESSED),
    ("iso-2022-jp", Some("iso-2022-jp"), None, JA, "ISO-2022-JP", &[]),
    ("iso-2022-jp", None, None, JA, "ISO-2022-JP", &[]),
    ("gbk", Some("gb2312"), None, "朱镕基 港口委员会", "GBK", &[]),
    ("gbk", None, None, ZH, "GBK", GUESSED),
    ("gb18030", Some("gb18030"), None, "港口委员会𠮷", "gb18030", &[]),
    ("gbk", Some("utf-8"), None, ZH, "GBK", MISMATCH),
    ("big5", Some("big5"), None, ZHT, "Big5", &[]),
    ("big5", None, None, ZHT, "Big5", GUESSED),
    ("big5", Some("utf-8"), None, ZHT, "Big5", MISMATCH),
    ("windows-1251", Some("windows-1251"), None, RU, "windows-1251", &[]),
    ("windows-1251", None, None, RU, "windows-1251", GUESSED),
    ("windows-1251", Some("iso-8859-1"), None, RU, "windows-1251", MISMATCH),
    ("windows-1251", Some("koi8-r"), None, RU, "windows-1251", MISMATCH),
    // Russian is written alike in both, and the detector names the larger of the two.
    ("koi8-r", Some("windows-1251"), None, RU, "KOI8-U", MISMATCH),
    ("koi8-r", Some("koi8-r"), None, RU, "KOI8-R", &[]),
    ("koi8-u", Some("koi8-u"), None, UK, "KOI8-U", &[]),
    ("iso-8859-5", Some("iso-8859-5"), None, RU, "ISO-8859-5", &[]),
    ("ibm866", Some("windows-1251"), None, RU, "IBM866", MISMATCH),
    ("windows-1252", Some("iso-8859-1"), None, FR, "windows-1252", &[]),
    ("windows-1252", Some("utf-8"), None, FR, "windows-1252", MISMATCH),
    ("windows-1252", Some("x-user-defined"), None, FR, "windows-1252", &[]),
    ("windows-1250", Some("windows-1250"), None, PL, "windows-1250", &[]),
    ("iso-8859-2", Some("iso-8859-2"), None, PL, "ISO-8859-2", &[]),
    ("windows-1253", Some("windows-1253"), None, EL, "windows-1253", &[]),
    ("windows-1253", None, None, EL, "windows-1253", GUESSED),
    ("windows-1254", Some("iso-8859-9"), None, TR, "windows-1254", &[]),
    ("windows-1255", Some("windows-1255"), None, HE, "windows-1255", &[]),
    ("windows-1256", Some("windows-1256"), None, AR, "windows-1256", &[]),
    ("windows-1256", Some("windows-1252"), None, AR, "windows-1256", MISMATCH),
    ("windows-1257", Some("windows-1257"), None, LT, "windows-1257", &[]),
    ("windows-874", Some("tis-620"), None, TH, "windows-874", &[]),
];

#[test]
fn every_encoding_and_label_gives_the_same_text() {
    for (written, label, transfer, text, read, codes) in CASES {
        let want = page(*label, text);
        let content_type = *transfer;
        let (got, charset, notes) = run(&encode(written, &want), content_type);
        let case = format!("{written} labelled {label:?} sent as {transfer:?}");
        assert_eq!(got, want, "{case}");
        assert_eq!(
            (charset.as_str(), notes.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
            (*read, *codes),
            "{case}"
        );
    }
}

#[test]
fn vietnamese_tones_come_out_composed() {
    // A base letter and its tone are two characters in windows-1258.
    let bytes = b"<meta charset=windows-1258><p>Vi\xea\xf2c ki\xea\xd2m tra \xf0\xe2\xf2p</p>";
    let (text, charset, _) = run(bytes, None);
    assert_eq!(
        (text.as_str(), charset.as_str()),
        ("<meta charset=windows-1258><p>Việc kiểm tra đập</p>", "windows-1258")
    );
}

#[test]
fn vietnamese_without_a_label_is_converted_and_said() {
    let tcvn3 = b"h\xe9i \xae\xe5ng th\xb5nh ph\xe8 \xae\xb7 h\xe4p h\xabm th\xf8 ba \xae\xd3 b\xb5n v\xd2 k\xd5 ho\xb9ch s\xf6a ch\xf7a c\xc7u";
    let (text, charset, notes) = run(tcvn3, Some("text/html; charset=iso-8859-1"));
    assert_eq!(text, "hội đồng thành phố đã họp hôm thứ ba để bàn về kế hoạch sửa chữa cầu");
    assert_eq!((charset.as_str(), notes), ("TCVN3", vec!["charset-suspect".to_owned()]));
    assert_eq!(suspect(&WINDOWS_1252.decode_without_bom_handling(&tcvn3.repeat(4)).0, "UTF-8"), Some("TCVN3"));
    assert_eq!(suspect(RU, "UTF-8"), None);
}

#[test]
fn faults_are_replaced_and_counted_and_do_not_change_the_charset() {
    let mut bytes = page(Some("utf-8"), RU).into_bytes();
    bytes.extend_from_slice(b" caf\xe9 na\xefve \xc0\x80 \xed\xa0\xbd");
    let (text, charset, notes) = run(&bytes, None);
    assert!(text.contains(RU) && text.contains("caf\u{fffd}"));
    assert_eq!((charset.as_str(), notes), ("UTF-8", vec!["charset-replaced".to_owned()]));
}

#[test]
fn marks_beat_every_label() {
    let text = page(Some("shift_jis"), RU);
    let (got, charset, notes) = run(format!("\u{feff}{text}").as_bytes(), Some("text/html; charset=big5"));
    assert_eq!((got.trim_start_matches('\u{feff}'), charset.as_str(), notes), (text.as_str(), "UTF-8", Vec::new()));
    let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(run(&wide, None), (text.clone(), "UTF-16LE".into(), Vec::new()));
    assert_eq!(run(&wide[2..wide.len() - 1], None).0, text[..text.len() - 1]);
}

#[test]
fn a_cut_character_at_the_end_is_left_out() {
    for cut in 1..=2 {
        let bytes = "Die Brücke – 댐".as_bytes();
        let (text, charset, notes) = run(&bytes[..bytes.len() - cut], None);
        assert_eq!((text.as_str(), charset.as_str(), notes.len()), ("Die Brücke – ", "UTF-8", 0));
    }
}

#[test]
fn seven_bit_shifting_charsets_of_old_are_not_guessed() {
    let (text, _, _) = run(b"<meta charset=utf-7>+ADw-script+AD4-", None);
    assert!(text.ends_with("+ADw-script+AD4-"));
    assert_eq!(run(b"~{<:Ky~} plain", Some("text/plain; charset=hz-gb-2312")).2, ["charset-unknown"]);
}

#[test]
fn labels_of_others_are_known_and_what_is_not_read_is_named_with_the_way_out() {
    let (text, charset, notes) = run(&encoding_rs::EUC_KR.encode("댐").0, Some("text/html; charset=MS949"));
    assert_eq!((text.as_str(), charset.as_str(), notes.len()), ("댐", "EUC-KR", 0));
    for (label, name) in [("johab", "JOHAB"), ("x-euc-tw", "EUC-TW")] {
        let (mut notes, content_type) = (Vec::new(), format!("text/html; charset={label}"));
        decode(b"\xb4\xe5 \x94\xd0".to_vec(), Hints { content_type: Some(&content_type), url: "" }, &mut notes);
        assert!(notes[0].message.contains(&format!("`iconv -f {name} -t UTF-8`")), "{notes:?}");
    }
}

#[test]
fn nothing_panics_on_any_short_input() {
    for a in 0..=255_u8 {
        for b in [0, 0x1B, b'<', 0x80, 0xA4, 0xC3, 0xE0, 0xFE, 0xFF] {
            for bytes in [&[a][..], &[a, b], &[b, a], &[a, b, a], &[b, b, a, 0]] {
                let _ = run(bytes, Some("text/html; charset=euc-kr"));
                let _ = run(bytes, None);
            }
        }
    }
}

#[test]
fn charsets_that_the_web_does_not_have_are_read() {
    let text = "\u{41f}\u{430}\u{440}\u{43e}\u{43c} \u{443}\u{445}\u{43e}\u{434}\u{438}\u{442} \u{443}\u{442}\u{440}\u{43e}\u{43c}, \u{438} \u{43f}\u{440}\u{438}\u{441}\u{442}\u{430}\u{43d}\u{44c} \u{43f}\u{443}\u{441}\u{442}\u{435}\u{435}\u{442} \u{434}\u{43e} \u{432}\u{435}\u{447}\u{435}\u{440}\u{430}. ";
    let text = text.repeat(4);
    let ibm = super::old::OldCharset::by_label("cp855").expect("known");
    let bytes: Vec<u8> =
        text.chars().map(|c| (0..=255).find(|b| ibm.decode(&[*b]).starts_with(c)).expect("in it")).collect();
    let mut notes = Vec::new();
    let hints = Hints { content_type: Some("text/plain; charset=IBM855"), url: "" };
    assert_eq!(decode(bytes.clone(), hints, &mut notes), Decoded { text: text.clone(), charset: "IBM855".into() });
    let unsaid = decode(bytes, Hints::default(), &mut notes);
    assert_eq!(unsaid, Decoded { text: text.clone(), charset: "IBM855".into() });
    assert!(notes.last().is_some_and(|note| note.code.starts_with("charset-")), "a guess is told of");
    let western = "L'\u{e9}t\u{e9} \u{e0} No\u{eb}l, \u{ab} d\u{e9}j\u{e0} \u{bb}, o\u{f9} l'\u{ee}le cr\u{e9}\u{e9}e a \u{e9}t\u{e9} lou\u{e9}e. ".repeat(4);
    let (french, _, _) = encoding_rs::WINDOWS_1252.encode(&western);
    assert_eq!(decode(french.into_owned(), Hints::default(), &mut Vec::new()).text, western);
    let mut notes = Vec::new();
    let (usual, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
    assert_eq!(decode(usual.into_owned(), Hints::default(), &mut notes).charset, "windows-1251");
    let text = "\u{42f}\u{445}\u{442}\u{44b} \u{441}\u{442}\u{43e}\u{44f}\u{442} \u{443} \u{43c}\u{43e}\u{440}\u{44f}, \u{438} \u{437}\u{435}\u{43c}\u{43b}\u{44f} \u{41f}\u{430}\u{432}\u{43b}\u{430} \u{43f}\u{443}\u{441}\u{442}\u{435}\u{435}\u{442}. ".repeat(4);
    let upper: String =
        encoding_rs::X_MAC_CYRILLIC.decode_without_bom_handling(&(0x80..=0xFF).collect::<Vec<u8>>()).0.into_owned();
    let byte = |c: char| upper.chars().position(|u| u == c).map_or(c as u8, |at| at as u8 + 0x80);
    let decoded = decode(text.chars().map(byte).collect(), Hints::default(), &mut notes);
    assert_eq!(decoded, Decoded { text, charset: "x-mac-cyrillic".into() });
    assert_eq!(notes.last().map(|note| &*note.code), Some("charset-suspect"));
    let korean = decode(b"\x1B$)C\n\x0EGQ1[\x0F".to_vec(), Hints::default(), &mut notes);
    assert_eq!((korean.text.trim(), korean.charset.as_str()), ("\u{d55c}\u{ae00}", "ISO-2022-KR"));
}

#[test]
fn letters_of_the_macintosh_and_of_dos_are_known() {
    let german = "Die F\u{e4}hre f\u{e4}hrt k\u{fc}nftig fr\u{fc}her, und die Br\u{fc}cke \u{fc}ber den Fluss geh\u{f6}rt wieder den Fu\u{df}g\u{e4}ngern.";
    let french = "Le bac a \u{e9}t\u{e9} r\u{e9}par\u{e9} pendant l'hiver, et le d\u{e9}part a lieu \u{e0} six heures pr\u{e9}cises, m\u{ea}me le dimanche.";
    let (dos, mac) = (OldCharset::by_label("cp850").expect("it is there"), encoding_rs::MACINTOSH);
    let upper =
        |decode: &dyn Fn(&[u8]) -> String| decode(&(0x80..=0xFF).collect::<Vec<u8>>()).chars().collect::<Vec<_>>();
    let in_dos = upper(&|bytes| dos.decode(bytes));
    let in_mac = upper(&|bytes| mac.decode_without_bom_handling(bytes).0.into_owned());
    for text in [german, french] {
        for (letters, name) in [(&in_dos, "IBM850"), (&in_mac, "macintosh")] {
            let byte = |c: char| letters.iter().position(|u| *u == c).map_or(c as u8, |at| at as u8 + 0x80);
            let bytes: Vec<u8> = text.chars().map(byte).collect();
            let mut notes = Vec::new();
            let decoded = decode(bytes.clone(), Hints::default(), &mut notes);
            assert_eq!(decoded, Decoded { text: text.into(), charset: name.into() });
            assert_eq!(notes.iter().map(|note| &*note.code).collect::<Vec<_>>(), ["charset-suspect"]);
            assert_eq!(charset_of(&bytes).name(), name);
        }
        // What is in the usual charset stays in it.
        let (usual, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        assert_eq!(decode(usual.into_owned(), Hints::default(), &mut Vec::new()).charset, "windows-1252");
    }
    let mut notes = Vec::new();
    let hints = Hints { content_type: Some("text/plain; charset=cp437"), url: "" };
    let declared = decode(b"Gr\x94\xe1e".to_vec(), hints, &mut notes);
    assert_eq!((&*declared.text, notes.len()), ("Gr\u{f6}\u{df}e", 0));
    // Signs of windows-1252 beside letters are no letters of another.
    let signs =
        "It\u{2019}s the ferry\u{2019}s turn\u{2026}and the crew\u{2019}s, they\u{2019}ll say\u{2014}or don\u{2019}t.";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(signs);
    assert_eq!(decode(bytes.into_owned(), Hints::default(), &mut Vec::new()).text, signs);
}
