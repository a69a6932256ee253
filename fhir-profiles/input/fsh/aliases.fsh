// Short names of the code systems; one place for every URI.

Alias: $absent = http://terminology.hl7.org/CodeSystem/data-absent-reason
Alias: $ajcc = http://cancerstaging.org
Alias: $atc = http://www.whocc.no/atc
Alias: $category = http://terminology.hl7.org/CodeSystem/observation-category
Alias: $clinical = http://terminology.hl7.org/CodeSystem/condition-clinical
Alias: $facts = https://pnet-cds.github.io/fhir/CodeSystem/facts
Alias: $hcpcs = https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets
Alias: $icd-10 = http://hl7.org/fhir/sid/icd-10
Alias: $icd-10-cm = http://hl7.org/fhir/sid/icd-10-cm
Alias: $icd-o-3 = http://terminology.hl7.org/CodeSystem/icd-o-3
Alias: $interpretation = http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation
Alias: $local = http://example.org/synthetic-hospital/codes
Alias: $loinc = http://loinc.org
Alias: $mii-metastases = https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-fernmetastasen
Alias: $naaccr-3863 = urn:naaccr:3863
Alias: $ncit = http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl
Alias: $rxnorm = http://www.nlm.nih.gov/research/umls/rxnorm
Alias: $sct = http://snomed.info/sct
Alias: $ucum = http://unitsofmeasure.org
Alias: $uicc = https://www.uicc.org/resources/tnm
Alias: $usage = http://terminology.hl7.org/CodeSystem/usage-context-type
Alias: $values = https://pnet-cds.github.io/fhir/CodeSystem/fact-values
Alias: $verification = http://terminology.hl7.org/CodeSystem/condition-ver-status
