// Value sets that the reader knows: procedures.

ValueSet: PancreaticResection
Id: pancreatic-resection
Title: "Resection of the primary tumour"
Description: "Procedures that resect a tumour of the pancreas otherwise: pancreatectomy, enucleation."
* ^experimental = false
* insert SnomedCopyright
* $sct#401004 "Distal subtotal pancreatectomy (procedure)"
* $sct#33149006 "Pancreatectomy (procedure)"
* $sct#1255923004 "Central pancreatectomy (procedure)"
* $sct#301847000 "Enucleation of islet cell tumor"
* $sct#174718006 "Excision of lesion of islet of Langerhans (procedure)"

ValueSet: Pancreaticoduodenectomy
Id: pancreaticoduodenectomy
Title: "Pancreaticoduodenectomy"
Description: "Procedures that are a pancreaticoduodenectomy."
* ^experimental = false
* insert SnomedCopyright
* $sct#116241004 "Pancreaticoduodenectomy (procedure)"
* $sct#116242006 "Pylorus-sparing pancreaticoduodenectomy (procedure)"
* $sct#287846000 "Radical pancreaticoduodenectomy (procedure)"
* $sct#1260293004 "Pancreaticoduodenectomy using robotic assistance (procedure)"

ValueSet: LiverResection
Id: liver-resection
Title: "Liver resection"
Description: "Procedures that resect a part of the liver or its metastases, with no word on the intent."
* ^experimental = false
* insert SnomedCopyright
* $sct#71273005 "Partial hepatectomy"
* $sct#107963000 "Liver excision (procedure)"
* $sct#307616002 "Excision of liver metastasis (procedure)"
* $sct#174431000 "Wedge resection of liver (procedure)"
* $sct#708590009 "Laparoscopic wedge resection of liver (procedure)"

ValueSet: LiverTransplantation
Id: liver-transplantation
Title: "Liver transplantation"
Description: "Procedures that transplant a liver."
* ^experimental = false
* insert SnomedCopyright
* $sct#18027006 "Transplantation of liver (procedure)"
* $sct#174425003 "Orthotopic liver transplant (procedure)"

ValueSet: LiverRadiofrequencyAblation
Id: radiofrequency-ablation
Title: "Radiofrequency ablation of the liver"
Description: "Procedures that ablate lesions of the liver by radiofrequency; not by microwaves, nor by heat of an unnamed source."
* ^experimental = false
* insert SnomedCopyright
* $sct#448781006 "Radiofrequency ablation of lesion of liver (procedure)"
* $sct#426830009 "Percutaneous radiofrequency ablation of lesion of liver (procedure)"
* $sct#431475009 "CT guided radiofrequency ablation of lesion of liver"
* $sct#438815000 "Radiofrequency ablation of lesion of liver using ultrasound guidance"

ValueSet: TransarterialChemoembolisation
Id: transarterial-chemoembolisation
Title: "Transarterial chemoembolisation"
Description: "Procedures that are a chemoembolisation of liver metastases."
* ^experimental = false
* insert SnomedCopyright
* $sct#314617008 "Chemoembolization of liver metastases (procedure)"

ValueSet: Radioembolisation
Id: radioembolisation
Title: "Radioembolisation"
Description: "Procedures that are a selective internal radiotherapy of the liver."
* ^experimental = false
* insert SnomedCopyright
* $sct#764677008 "Selective internal radiotherapy of liver using yttrium (90-Y) labeled microspheres (procedure)"

ValueSet: RadionuclideTherapy
Id: radionuclide-therapy
Title: "Radionuclide therapy"
Description: "Procedures that treat with a radionuclide of any kind."
* ^experimental = false
* insert SnomedCopyright
* $sct#399315003 "Radionuclide therapy (procedure)"

ValueSet: TargetedRadionuclideTherapy
Id: targeted-radionuclide-therapy
Title: "Targeted radionuclide therapy"
Description: "Procedures that treat with a radionuclide which the blood carries to its target; no verified code names the peptide receptor."
* ^experimental = false
* insert SnomedCopyright
* $sct#448288001 "Targeted radionuclide therapy (procedure)"
* $sct#427541000119103 "Intravenous radionuclide therapy (procedure)"

ValueSet: Dialysis
Id: dialysis
Title: "Dialysis"
Description: "Codes for dialysis as a procedure; a recent one counts as renal failure."
* ^experimental = false
* insert SnomedCopyright
* $sct#108241001 "Dialysis procedure (procedure)"
* $sct#302497006 "Hemodialysis (procedure)"
* $sct#71192002 "Peritoneal dialysis (procedure)"
