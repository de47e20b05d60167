//! What the forests are told of lists, prices and the headings that turn away from the text.

use copydesk_document::{BlockId, Input};
use copydesk_parse::{Limits, parse};
use copydesk_stage_strip_boilerplate::{
    model::Names,
    training::{Measured, Sort, columns},
};

const SHOP: &str = "<!DOCTYPE html><html><body><main><h1>Kettle</h1><div class=about><p>A kettle of steel that boils a \
    litre in three minutes.</p><p>It keeps warm for an hour.</p></div><section><h2>You may also like</h2><ul>\
    <li class=card><p>Teapot</p><p>$ 19.00</p></li><li class=card><p>Cup</p><p>$ 4.00</p></li>\
    <li class=card><p>Tray</p><p>$ 9.00</p></li></ul></section><h2>Care</h2><p>Wipe it with a dry cloth.</p></main>\
    </body></html>";

#[test]
fn cards_below_a_heading_that_turns_away_are_seen_as_what_they_are() {
    let doc = parse(&Input::new("shop.html", SHOP.as_bytes().to_vec()), &Limits::default()).expect("it parses");
    let table = Measured::read(&doc, &Names::default()).first();
    let (names, _) = columns(Sort::Html);
    let of = |text: &str, name: &str| {
        let row = (0..doc.blocks().len()).find(|i| doc.text(BlockId(*i as u32)).contains(text)).expect(text);
        let column = names.iter().position(|n| *n == name).expect(name);
        table.column(column).nth(row).expect("a row for each block")
    };
    let near = |got: f32, want: f32| assert!((got - want).abs() < 1e-6, "{got} is not {want}");
    near(of("Cup", "list twins"), 3.0);
    near(of("keeps warm", "list twins"), 2.0);
    near(of("Cup", "turn-under"), 1.0);
    near(of("keeps warm", "turn-under"), 0.0);
    near(of("dry cloth", "turn-under"), 0.0);
    near(of("keeps warm", "turn-distance"), -1.0);
    assert!(of("Cup", "turn-distance") > 0.0 && of("Cup", "turn-distance") < of("dry cloth", "turn-distance"));
    assert!(of("Cup", "g1 money") > 0.4);
    near(of("keeps warm", "g1 money"), 0.0);
}
