package io.github.pnetcds.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.startup.Tomcat;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * HAPI's JPA server on a free loopback port, which it writes to a file once it answers: under /fhir as HAPI is, under
 * /paged with pages so small that searches have several.
 */
public final class Server {

    private static final int SMALL_PAGE = 2;

    private Server() {}

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[0]);
        AnnotationConfigApplicationContext storage = new AnnotationConfigApplicationContext(Storage.class);

        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(work.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context context = tomcat.addContext("", new File(work.toString()).getAbsolutePath());
        DatabaseBackedPagingProvider small =
                storage.getAutowireCapableBeanFactory().createBean(DatabaseBackedPagingProvider.class);
        small.setDefaultPageSize(SMALL_PAGE);
        small.setMaximumPageSize(SMALL_PAGE);
        serve(context, "fhir", restful(storage, storage.getBean(DatabaseBackedPagingProvider.class)));
        serve(context, "paged", restful(storage, small));
        tomcat.start();

        Path ready = work.resolve("port.part");
        Files.writeString(ready, Integer.toString(tomcat.getConnector().getLocalPort()));
        Files.move(ready, work.resolve("port"));
        tomcat.getServer().await();
    }

    private static void serve(Context context, String name, RestfulServer server) {
        Wrapper servlet = Tomcat.addServlet(context, name, server);
        servlet.setLoadOnStartup(1);
        context.addServletMappingDecoded("/" + name + "/*", name);
    }

    private static RestfulServer restful(
            AnnotationConfigApplicationContext storage, DatabaseBackedPagingProvider pages) {
        FhirContext fhir = storage.getBean(FhirContext.class);
        RestfulServer server = new RestfulServer(fhir);
        server.registerProviders(storage.getBean(ResourceProviderFactory.class).createProviders());
        server.registerProvider(storage.getBean(IJpaSystemProvider.class));
        server.setPagingProvider(pages);
        JpaCapabilityStatementProvider capabilities = new JpaCapabilityStatementProvider(
                server,
                storage.getBean(IFhirSystemDao.class),
                storage.getBean(JpaStorageSettings.class),
                storage.getBean(ISearchParamRegistry.class),
                storage.getBean(IValidationSupport.class));
        capabilities.setImplementationDescription("HAPI JPA for interop tests");
        server.setServerConformanceProvider(capabilities);
        return server;
    }
}
