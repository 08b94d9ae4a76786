package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.keying.FlatKeying;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;

/** What was measured, and on what: as it stands above the figures. */
record Machine(String processor, int processors, long heapMegabytes, String java, String system) {

  private static final Path LINUX_PROCESSORS = Path.of("/proc/cpuinfo");

  static Machine here() {
    return new Machine(
        processorHere(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory() >> 20,
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  String line() {
    return String.format(
        Locale.ROOT,
        "%d × %s, %s, %s, heap up to %,d MB",
        processors,
        processor,
        system,
        java,
        heapMegabytes);
  }

  private static String processorHere() {
    try (Stream<String> lines = Files.lines(LINUX_PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElseGet(Machine::unnamed);
    } catch (IOException | java.io.UncheckedIOException notLinux) {
      return unnamed();
    }
  }

  private static String unnamed() {
    String windows = System.getenv("PROCESSOR_IDENTIFIER");
    return windows == null ? "processor of an unknown kind" : windows;
  }

  // ---- versions

  static List<String> versions() {
    return List.of(
        "Keymoot " + keymoot(),
        "Bouncy Castle MLS "
            + version(org.bouncycastle.mls.protocol.Group.class)
            + " on Bouncy Castle "
            + version(org.bouncycastle.crypto.AsymmetricCipherKeyPair.class),
        "JGroups " + version(org.jgroups.JChannel.class));
  }

  /** As its jar says; classes that were not packed say nothing. */
  private static String keymoot() {
    Properties of = new Properties();
    try (InputStream in =
        FlatKeying.class.getResourceAsStream(
            "/META-INF/maven/io.keymoot/keymoot-flat-keying/pom.properties")) {
      if (in != null) {
        of.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
      }
    } catch (IOException unreadable) {
      // Then it is not known either.
    }
    String commit = System.getProperty("keymoot.commit", "");
    return of.getProperty("version", "as compiled here, not packed")
        + (commit.isEmpty() ? "" : " (commit " + commit + ")");
  }

  private static String version(Class<?> of) {
    String version = of.getPackage().getImplementationVersion();
    if (version != null) {
      return version;
    }
    String jar = of.getProtectionDomain().getCodeSource().getLocation().getPath();
    String name = jar.substring(jar.lastIndexOf('/') + 1);
    return name.replaceFirst("^.*?-(?=[0-9]+[.])", "").replace(".jar", "");
  }
}
