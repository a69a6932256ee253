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
