//! Categories and stage groups, right and wrong.

use super::*;
use std::collections::BTreeSet;

#[test]
fn categories_are_read_with_prefix_and_without_suffix() {
    for (axis, text, basis, word) in [
        ('T', "pT2", Basis::Pathological, "T2"),
        ('T', "cT1a", Basis::Clinical, "T1"),
        ('T', "ypT3", Basis::Pathological, "T3"),
        ('T', "(y)pT3", Basis::Pathological, "T3"),
        ('T', "T4", Basis::Plain, "T4"),
        ('T', "T 2", Basis::Plain, "T2"),
        ('T', "Tis", Basis::Plain, "Tis"),
        ('T', "T2(m)", Basis::Plain, "T2"),
        ('T', "T2 (3)", Basis::Plain, "T2"),
        ('T', "T2 (3.5 cm)", Basis::Plain, "T2"),
        ('T', "T2a2", Basis::Plain, "T2"),
        ('N', "pN0(i-)(sn)", Basis::Pathological, "N0"),
        ('N', "pN1mi", Basis::Pathological, "N1"),
        ('N', "pN1 (3/15)", Basis::Pathological, "N1"),
        ('M', "cM1b", Basis::Clinical, "M1b"),
        ('M', "M0(i+)", Basis::Plain, "M0"),
        ('M', "M1 [HEP]", Basis::Plain, "M1"),
        (
            'T',
            "pT2: Tumor limited to the pancreas, 2-4 cm",
            Basis::Pathological,
            "T2",
        ),
        (
            'T',
            "pT3: Tumor limited to the pancreas, more than 4 cm; or tumor invading the duodenum, ampulla of Vater or common bile duct",
            Basis::Pathological,
            "T3",
        ),
        (
            'T',
            "cT1 - Tumor auf das Pankreas begrenzt, kleiner als 2 cm",
            Basis::Clinical,
            "T1",
        ),
        (
            'N',
            "pN0: No regional lymph node involvement",
            Basis::Pathological,
            "N0",
        ),
        (
            'N',
            "pN1: Tumor involvement of regional lymph node(s)",
            Basis::Pathological,
            "N1",
        ),
        (
            'N',
            "N0: keine regionären Lymphknotenmetastasen",
            Basis::Plain,
            "N0",
        ),
        (
            'M',
            "pM1a: Metastasis confined to liver",
            Basis::Pathological,
            "M1a",
        ),
        (
            'M',
            "pM1b: Metastasis in at least one extrahepatic site (eg, lung, ovary, nonregional lymph node, peritoneum, bone)",
            Basis::Pathological,
            "M1b",
        ),
        (
            'M',
            "pM1c: Both hepatic and extrahepatic metastases",
            Basis::Pathological,
            "M1c",
        ),
        ('M', "cM1a: Metastasen nur in der Leber", Basis::Clinical, "M1a"),
    ] {
        let read = category(axis, text).unwrap();
        assert_eq!((read.basis, read.word.as_str()), (basis, word), "{text}");
    }
}

#[test]
fn longer_text_is_no_category() {
    for (axis, text) in [
        ('T', "T2 N0 M1"),
        ('T', "N1"),
        ('T', "T5"),
        ('N', "N2"),
        ('T', ""),
        ('T', "T"),
        ('M', "M1 probably"),
        ('M', "not M1"),
    ] {
        assert_eq!(category(axis, text), None, "{text}");
    }
}

#[test]
fn a_range_or_a_doubt_is_no_category() {
    for (axis, text) in [
        ('T', "T1-4"),
        ('T', "T3-4"),
        ('T', "T3/4"),
        ('T', "T3-"),
        ('T', "T4 (possible)"),
        ('T', "T3 (T4 not excluded)"),
        ('N', "N0-1"),
        ('N', "N1 (?)"),
        ('M', "M1 (ruled out)"),
        ('M', "M1 (?)"),
        ('M', "M1?"),
        ('M', "M1 (suspected)"),
        ('M', "M1 [not confirmed]"),
        ('M', "M1 (HEP?)"),
        ('M', "M1 (no HEP)"),
        ('M', "M1 (HEP"),
        ('M', "M1 ()"),
        ('M', "M0 (M1 cannot be excluded)"),
        ('M', "M0 (HEP)"),
        ('T', "pT2: previously T1"),
        ('T', "pT2: probably limited to the pancreas"),
        ('T', "T2: Tumor limited to the pancreas in 2024"),
        ('T', "T2: limited to the pancreas?"),
        ('N', "pN1: no regional lymph node involvement"),
        ('M', "pM1a: no metastasis"),
        ('M', "M1a: Metastasis confined to liver, not confirmed"),
        ('M', "cM1a: Verdacht auf Metastasen in der Leber"),
    ] {
        assert_eq!(category(axis, text), None, "{text}");
    }
}

#[test]
fn brackets_name_sites_and_the_system() {
    let liver_and_bone = vec![Site::Liver, Site::OtherOrgan];
    for (text, sites, system) in [
        ("cM1 (HEP)", vec![Site::Liver], None),
        ("M1 (HEP, OSS)", liver_and_bone.clone(), None),
        ("M1 (liver and bone)", liver_and_bone.clone(), None),
        ("M1(HEP)(OSS)", liver_and_bone, None),
        ("M1 (OSS; PER)", vec![Site::OtherOrgan, Site::Peritoneum], None),
        ("M1 (LYM/PUL)", vec![Site::LymphNodes, Site::OtherOrgan], None),
        ("M1 (GEN)", vec![], None),
        ("M1a (AJCC 8th edition)", vec![], Some(System::Ajcc8)),
    ] {
        let read = category('M', text).unwrap();
        assert_eq!((read.sites, read.system), (sites, system), "{text}");
    }
    let codes: BTreeSet<&str> = SITES.iter().map(|(written, _)| *written).collect();
    assert_eq!(codes.len(), SITES.len());
}

#[test]
fn stage_groups_are_normalised() {
    for (text, group) in [
        ("Stage IVC", "IVC"),
        ("3C", "IIIC"),
        ("iib", "IIB"),
        ("4", "IV"),
        ("stage 0", "0"),
        ("Stage IV (cT3, cN1, cM1)", "IV"),
        ("Stage IV (AJCC 7th edition)", "IV"),
        ("AJCC Stage IV", "IV"),
        ("UICC: IIIB", "IIIB"),
        ("Stadium IV A", "IVA"),
    ] {
        assert_eq!(stage_group(text).map(Word::as_str), Some(group), "{text}");
    }
    for text in [
        "Stage V",
        "IVD",
        "stage",
        "early",
        "I-II",
        "IC",
        "Stage IV (suspected)",
        "at least stage III",
        "Stage III or IV",
        "AJCC 8",
    ] {
        assert_eq!(stage_group(text), None, "{text}");
    }
}

#[test]
fn a_method_in_words_names_one_system_or_none() {
    for (text, system) in [
        ("ENETS 2006", Some(System::Enets)),
        ("AJCC 7th edition", Some(System::Ajcc7)),
        (
            "American Joint Committee on Cancer, Cancer Staging Manual, 8th edition",
            Some(System::Ajcc8),
        ),
        ("AJCC/UICC 8th", Some(System::Ajcc8)),
        ("UICC", Some(System::Uicc)),
        ("AJCC", None),
        ("AJCC 6th", None),
        ("ENETS and UICC", None),
        ("TNM", None),
    ] {
        assert_eq!(system_in_text(text), system, "{text}");
    }
}
