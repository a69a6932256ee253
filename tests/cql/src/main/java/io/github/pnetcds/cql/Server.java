package io.github.pnetcds.cql;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.repository.IRepository;
import ca.uhn.fhir.rest.annotation.Transaction;
import ca.uhn.fhir.rest.annotation.TransactionParam;
import ca.uhn.fhir.rest.server.RestfulServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.Bundle.BundleType;
import org.opencds.cqf.fhir.cql.EvaluationSettings;
import org.opencds.cqf.fhir.cr.hapi.r4.plandefinition.PlanDefinitionApplyProvider;
import org.opencds.cqf.fhir.cr.plandefinition.PlanDefinitionProcessor;
import org.opencds.cqf.fhir.utility.client.TerminologyServerClientSettings;
import org.opencds.cqf.fhir.utility.repository.InMemoryFhirRepository;

/**
 * A FHIR server of HAPI with its clinical reasoning, over a store in memory: Server FOLDER writes its port into the file
 * `port` there. It takes transactions, and answers PlanDefinition/$apply.
 */
public final class Server {

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        FhirContext fhir = FhirContext.forR4Cached();
        IRepository store = new InMemoryFhirRepository(fhir);
        EvaluationSettings settings = EvaluationSettings.getDefault();
        TerminologyServerClientSettings terminology = new TerminologyServerClientSettings();
        RestfulServer server = new RestfulServer(fhir);
        server.registerProviders(List.of(
                new Loader(store),
                new PlanDefinitionApplyProvider(request -> new PlanDefinitionProcessor(store, settings, terminology))));
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.resolve("tomcat").toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "fhir", server);
        context.addServletMappingDecoded("/fhir/*", "fhir");
        tomcat.start();
        Path port = folder.resolve("port.new");
        Files.writeString(port, String.valueOf(tomcat.getConnector().getLocalPort()));
        Files.move(port, folder.resolve("port"));
        tomcat.getServer().await();
    }

    /** Takes every resource of a transaction. */
    public static final class Loader {
        private final IRepository store;

        Loader(IRepository store) {
            this.store = store;
        }

        @Transaction
        public synchronized Bundle load(@TransactionParam Bundle bundle) {
            bundle.getEntry().forEach(entry -> store.update(entry.getResource()));
            Bundle answer = new Bundle();
            answer.setType(BundleType.TRANSACTIONRESPONSE);
            bundle.getEntry().forEach(entry -> answer.addEntry().getResponse().setStatus("200 OK"));
            return answer;
        }
    }
}
