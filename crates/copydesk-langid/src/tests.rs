use super::*;

fn tag(text: &str) -> &'static str {
    Detector::embedded().detect(text).lang.tag()
}

#[test]
fn sentences_are_told_apart() {
    for (expected, text) in [
        ("en", "The fishing boats came back before the storm reached the coast."),
        ("de", "Die Fischerboote kehrten zurück, bevor der Sturm die Küste erreichte."),
        ("fr", "Les bateaux de pêche sont rentrés avant que la tempête n'atteigne la côte."),
        ("es", "Los barcos de pesca regresaron antes de que la tormenta llegara a la costa."),
        ("it", "Le barche da pesca sono tornate prima che la tempesta raggiungesse la costa."),
        ("nl", "De vissersboten kwamen terug voordat de storm de kust bereikte."),
        ("vi", "Những chiếc thuyền đánh cá đã trở về trước khi cơn bão đổ vào bờ biển."),
        ("tr", "Balıkçı tekneleri fırtına kıyıya ulaşmadan önce geri döndü."),
        ("pl", "Kutry rybackie wróciły, zanim sztorm dotarł do wybrzeża."),
        ("fi", "Kalastusveneet palasivat ennen kuin myrsky saavutti rannikon."),
        ("ru", "Рыбацкие лодки вернулись до того, как шторм достиг берега."),
        ("uk", "Рибальські човни повернулися до того, як шторм досяг узбережжя."),
        ("ar", "عادت قوارب الصيد قبل أن تصل العاصفة إلى الساحل."),
        ("fa", "قایق‌های ماهیگیری پیش از رسیدن طوفان به ساحل بازگشتند."),
        ("hi", "तूफ़ान के तट पर पहुँचने से पहले मछली पकड़ने वाली नावें लौट आईं।"),
        ("ja", "嵐が海岸に着く前に漁船は戻ってきた。"),
        ("ko", "폭풍이 해안에 닿기 전에 어선들이 돌아왔다."),
        ("th", "เรือประมงกลับเข้าฝั่งก่อนที่พายุจะมาถึง"),
        ("lo", "ເຮືອຫາປາກັບຄືນມາກ່ອນພະຍຸ"),
        ("km", "ទូកនេសាទបានត្រឡប់មកវិញមុនពេលព្យុះ"),
        ("el", "Τα ψαροκάικα επέστρεψαν πριν φτάσει η καταιγίδα στην ακτή."),
    ] {
        assert_eq!(tag(text), expected, "{text}");
    }
}

#[test]
fn what_says_nothing_is_undetermined() {
    for text in
        ["", "   ", "12 345,67", "+49 30 1234567", "https://example.org/harbour/boats", "desk@example.org", "🙂🙂"]
    {
        assert_eq!(Detector::embedded().best(text), Guess::UND, "{text}");
    }
    for text in ["NATO", "Maria Lindholm", "R2-D2"] {
        assert_eq!(tag(text), "und", "{text}");
    }
}

#[test]
fn chinese_is_told_apart_by_its_characters() {
    assert_eq!(tag("渔船在暴风雨到达海岸之前返回了港口。"), "zh-Hans");
    assert_eq!(tag("漁船在暴風雨到達海岸之前返回了港口。"), "zh-Hant");
}

#[test]
fn serbian_is_told_apart_by_script() {
    assert_eq!(tag("Рибарски чамци су се вратили пре него што је олуја стигла до обале."), "sr");
    let latin = Detector::embedded().rank("Ribarski čamci su se vratili pre nego što je oluja stigla do obale.", 3);
    assert!(latin.iter().any(|guess| guess.lang.tag() == "sr-Latn"), "{latin:?}");
}

#[test]
fn a_restricted_detector_names_nothing_else() {
    let wanted = ["da", "sv"].map(|tag| Lang::from_tag(tag).unwrap());
    let detector = Detector::restricted(&wanted);
    assert_eq!(detector.languages(), wanted);
    assert_eq!(detector.rank("Hva skjer i havnen om morgenen?", 9).len(), 2);
    assert_eq!(detector.best("Утро в порту"), Guess::UND);
    let chinese = Detector::restricted(&[Lang::from_tag("zh-Hant").unwrap()]);
    assert_eq!(chinese.best("漁船返回了港口").lang.tag(), "zh-Hant");
}

#[test]
fn shares_add_up_and_are_in_order() {
    let all = Detector::embedded().rank("La mattina nel porto", usize::MAX);
    assert!(all.is_sorted_by(|a, b| a.confidence >= b.confidence));
    let sum: f32 = all.iter().map(|guess| guess.confidence).sum();
    assert!((0.99..1.01).contains(&sum), "{sum}");
}

#[test]
fn broken_models_are_refused() {
    assert_eq!(Detector::from_model(Vec::new()).err(), Some(ModelError::Malformed));
    assert_eq!(Detector::from_model(b"CDLANGID\xff\xff\xff\xff".to_vec()).err(), Some(ModelError::Malformed));
    let header = b"CDLANGID\x16\x00\x00\x00group Latn 100 1 en de".to_vec();
    assert_eq!(Detector::from_model(header).err(), Some(ModelError::Malformed));
}

#[test]
fn any_text_is_survived() {
    for text in ["\u{0}\u{301}\u{301}", "'''", "a\u{301}\u{301}\u{301}", "İİİ", "\u{10FFFF}", "ﷺ", "１２３", "㈱"]
    {
        let _ = Detector::embedded().detect(text);
    }
}

#[test]
fn what_pieces_leave_open_is_settled_by_the_whole_text() {
    let [one, other] = ["id", "ms"].map(|tag| Lang::from_tag(tag).unwrap());
    let text = "Polis menahan suspek selepas siasatan kerana kereta syarikat itu dicuri di pejabat kerajaan.";
    let shares = Detector::embedded().share_of_each(text, [one, other]);
    assert!(shares[1] > 0.9, "{shares:?}");
    assert!((shares[0] + shares[1] - 1.0).abs() < 1e-3, "{shares:?}");
    let shares = Detector::embedded().share_of_each("Привет", [one, other]);
    assert!((shares[0] - 0.5).abs() < 1e-6 && (shares[1] - 0.5).abs() < 1e-6, "{shares:?}");
}

#[test]
fn what_is_like_no_language_is_undetermined() {
    for text in [
        "QLM VRPS HKXT FWODZ QL BNJR TVEU KSXPW MAZH DYOT KER VQX PBOL ZHWUN TCMF YSI GDPKR EJAXVL",
        "sdkfjh weoriu xcvmnb qpwoei sldkfj zmxncb qweoiru asldkj fghdjs vbncmx wqerty jhgfds",
    ] {
        assert_eq!(tag(text), "und", "{text}");
        assert!(Detector::embedded().best(text).confidence < 0.5, "{text}");
    }
    for text in [
        "Ҫурхи кунсенче ялти ачасем шыв хӗррине пуҫтарӑнаҫҫӗ те каҫчен выляҫҫӗ, ваттисем вара вӗсене сӑнаса лараҫҫӗ.",
        "Ko’ẽrõ mitãkuéra oho ysyry rembe’ýpe ha oñembosarái peve pytũ, ha umi tuichavéva omaña hesekuéra ỹvype.",
    ] {
        assert_eq!(tag(text), "und", "it is written with letters of another language: {text}");
    }
    // Names of places and figures do not make a sentence unlike its language.
    let listed = "The boats went from Tromsø by Bodø and Ålesund to Stavanger, Egersund and Mandal within nine days.";
    assert_eq!(tag(listed), "en");
}
