// Value sets that the reader knows: medications.

ValueSet: Bevacizumab
Id: bevacizumab
Title: "Bevacizumab"
Description: "Medication codes for bevacizumab."
* ^experimental = false
* $rxnorm#253337 "bevacizumab"
* $atc#L01XC07 "Bevacizumab"

ValueSet: Cabozantinib
Id: cabozantinib
Title: "Cabozantinib"
Description: "Medication codes for cabozantinib."
* ^experimental = false
* $rxnorm#1363268 "cabozantinib"
* $atc#L01XE26 "Cabozantinib"

ValueSet: Capecitabine
Id: capecitabine
Title: "Capecitabine"
Description: "Medication codes for capecitabine."
* ^experimental = false
* insert SnomedCopyright
* $rxnorm#194000 "capecitabine"
* $atc#L01BC06 "Capecitabine"
* $sct#386906001 "Capecitabine (substance)"

ValueSet: Carboplatin
Id: carboplatin
Title: "Carboplatin"
Description: "Medication codes for carboplatin."
* ^experimental = false
* $rxnorm#40048 "Carboplatin"
* $atc#L01XA02 "Carboplatin"

ValueSet: Cisplatin
Id: cisplatin
Title: "Cisplatin"
Description: "Medication codes for cisplatin."
* ^experimental = false
* insert SnomedCopyright
* $rxnorm#2555 "cisplatin"
* $atc#L01XA01 "Cisplatin"
* $sct#57066004 "Cisplatin product"

ValueSet: Dacarbazine
Id: dacarbazine
Title: "Dacarbazine"
Description: "Medication codes for dacarbazine."
* ^experimental = false
* insert SnomedCopyright
* $rxnorm#1731340 "dacarbazine 100 MG Injection (SCD)"
* $rxnorm#1731338 "dacarbazine 200 MG Injection (SCD)"
* $atc#L01AX04 "Dacarbazine"
* $sct#77750008 "Dacarbazine"

ValueSet: Doxorubicin
Id: doxorubicin
Title: "Doxorubicin"
Description: "Medication codes for doxorubicin."
* ^experimental = false
* insert SnomedCopyright
* $rxnorm#3639 "DOXOrubicin"
* $atc#L01DB01 "Doxorubicin"
* $sct#68444001 "Doxorubicin"

ValueSet: Epirubicin
Id: epirubicin
Title: "Epirubicin"
Description: "Medication codes for epirubicin."
* ^experimental = false
* $rxnorm#3995 "epirubicin"
* $atc#L01DB03 "Epirubicin"

ValueSet: Etoposide
Id: etoposide
Title: "Etoposide"
Description: "Medication codes for etoposide."
* ^experimental = false
* $rxnorm#4179 "etoposide"
* $atc#L01CB01 "Etoposide"

ValueSet: Everolimus
Id: everolimus
Title: "Everolimus"
Description: "Medication codes for everolimus."
* ^experimental = false
* $rxnorm#141704 "everolimus"
* $atc#L01XE10 "Everolimus"

ValueSet: Fluorouracil
Id: fluorouracil
Title: "Fluorouracil"
Description: "Medication codes for fluorouracil."
* ^experimental = false
* insert SnomedCopyright
* $rxnorm#4492 "Fluorouracil"
* $atc#L01BC02 "Fluorouracil"
* $sct#3127006 "5FU - Fluorouracil"

ValueSet: InterferonAlfa
Id: interferon-alfa
Title: "Interferon alfa"
Description: "Medication codes for interferon alfa."
* ^experimental = false
* $atc#L03AB04 "Interferon alfa-2a"
* $atc#L03AB05 "Interferon alfa-2b"
* $atc#L03AB11 "Peginterferon alfa-2a"

ValueSet: Irinotecan
Id: irinotecan
Title: "Irinotecan"
Description: "Medication codes for irinotecan."
* ^experimental = false
* $rxnorm#51499 "irinotecan"
* $atc#L01XX19 "Irinotecan"

ValueSet: Lanreotide
Id: lanreotide
Title: "Lanreotide"
Description: "Medication codes for lanreotide."
* ^experimental = false
* $rxnorm#68092 "lanreotide"
* $atc#H01CB03 "Lanreotide"
* $hcpcs#J1930 "Injection, lanreotide, 1 mg"

ValueSet: LutetiumDotatate
Id: lutetium-dotatate
Title: "Lutetium (177Lu) dotatate"
Description: "Medication codes for peptide receptor radionuclide therapy."
* ^experimental = false
* $hcpcs#A9513 "Lutetium Lu 177, dotatate, therapeutic, 1 millicurie"

ValueSet: Octreotide
Id: octreotide
Title: "Octreotide"
Description: "Medication codes for octreotide."
* ^experimental = false
* $atc#H01CB02 "Octreotide"
* $hcpcs#J2353 "Injection, octreotide, depot form for intramuscular injection, 1 mg"
* $hcpcs#J2354 "Injection, octreotide, non-depot form for subcutaneous or intravenous injection, 25 mcg"

ValueSet: Oxaliplatin
Id: oxaliplatin
Title: "Oxaliplatin"
Description: "Medication codes for oxaliplatin."
* ^experimental = false
* $rxnorm#32592 "oxaliplatin"
* $atc#L01XA03 "Oxaliplatin"

ValueSet: Pasireotide
Id: pasireotide
Title: "Pasireotide"
Description: "Medication codes for pasireotide."
* ^experimental = false
* $atc#H01CB05 "Pasireotide"

ValueSet: Streptozocin
Id: streptozocin
Title: "Streptozocin"
Description: "Medication codes for streptozocin."
* ^experimental = false
* insert SnomedCopyright
* $rxnorm#239180 "streptozocin 1000 MG Injection (SCD)"
* $atc#L01AD04 "Streptozocin"
* $sct#16915004 "Streptozocin"

ValueSet: Sunitinib
Id: sunitinib
Title: "Sunitinib"
Description: "Medication codes for sunitinib."
* ^experimental = false
* $rxnorm#357977 "sunitinib"
* $atc#L01XE04 "Sunitinib"

ValueSet: Temozolomide
Id: temozolomide
Title: "Temozolomide"
Description: "Medication codes for temozolomide."
* ^experimental = false
* $rxnorm#37776 "temozolomide"
* $atc#L01AX03 "Temozolomide"
