package io.keymoot.runtime;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import io.keymoot.flatkeying.house.HouseRules;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.BufferedReader;
import java.io.File;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a program that embeds the library gets with it, and what it does not. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES = HouseRules.mainClassesOf("io.keymoot.runtime");

  /** The log is slf4j's API: whose it is in the end, the application chooses. */
  private static final String[] ALLOWED = {
    "java..",
    "javax.crypto..",
    "javax.net..",
    "jdk.jfr..",
    "io.keymoot.runtime..",
    "io.keymoot.peer..",
    "io.keymoot.heartbeat..",
    "io.keymoot.admission..",
    "io.keymoot.flatkeying..",
    "org.jgroups..",
    "com.github.benmanes.caffeine..",
    "org.slf4j",
    "org.jspecify.."
  };

  private static final ArchRule NOTHING_ELSE =
      classes()
          .that(DescribedPredicate.not(belongToAnyOf(NodeMetrics.class)))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(ALLOWED)
          .as("the library needs what is listed, and Micrometer only for NodeMetrics");

  private static final ArchRule ONE_LOG =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.logging..", "org.jgroups.logging..");

  /**
   * Keys are lent, and wiped behind whoever borrows them: what a getter copied out would stay about
   * for as long as the application lets it.
   */
  private static final ArchRule NO_BYTES_ARE_GIVEN_OUT =
      noMethods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat()
          .arePublic()
          .should(
              ArchCondition.from(
                  DescribedPredicate.describe("give bytes out", ArchitectureTest::givesBytesOut)));

  /** Bytes that are given out and are no key's, and what they are instead. */
  private static final Map<String, String> NO_KEYS =
      Map.of(
          "NodeEvent$Message.payload", "what a member said, for the application to read",
          // Of types that are public in name only, for no application meets what they are in.
          "CatchUp$Errand$SayAgain.frame", "a sealed frame, as the network has it",
          "NodeInput$Presence.message", "for whoever listens on the network",
          "NodeEffect$Presence.message", "for whoever listens on the network");

  private static boolean givesBytesOut(JavaMethod method) {
    return isOfBytes(method) && !NO_KEYS.containsKey(nameOf(method));
  }

  /** ArchUnit names an array by what is in it; no type but an array's holds bare bytes. */
  private static boolean isOfBytes(JavaMethod method) {
    return !method.getRawReturnType().isEquivalentTo(byte.class)
        && method.getReturnType().getAllInvolvedRawTypes().stream()
            .anyMatch(
                each ->
                    each.isEquivalentTo(byte.class)
                        || each.isEquivalentTo(Bytes.class)
                        || each.isAssignableTo(Buffer.class));
  }

  private static String nameOf(JavaMethod method) {
    String type = method.getOwner().getName();
    return type.substring(type.lastIndexOf('.') + 1) + '.' + method.getName();
  }

  @Test
  void theLibraryNeedsNothingButWhatIsListed() {
    NOTHING_ELSE.check(CLASSES);
    ONE_LOG.check(CLASSES);
  }

  /** What a program can use it will, and then it stays. */
  private static final Set<String> API =
      Set.of(
          "ClusterStack",
          "Delivery",
          "Deserialisation",
          "EventFeed",
          "ExportedKey",
          "From",
          "GroupKey",
          "GroupNode",
          "GroupView",
          "Identity",
          "IdentityUnusable",
          "KeyListener",
          "KeySubscription",
          "LateFrames",
          "Member",
          "MessageListener",
          "Network",
          "NetworkFailed",
          "NodeBusy",
          "NodeEvent",
          "NodeMetrics",
          "NodeState",
          "NodeStopped",
          "NotNow",
          "SecurityCode",
          "Sent",
          "StreamOpener",
          "StreamSealer",
          "TransportCounts");

  @Test
  void whoEmbedsTheLibraryMeetsTheseTypesAndNoOthers() {
    assertThat(CLASSES)
        .filteredOn(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
        .extracting(JavaClass::getSimpleName)
        .containsExactlyInAnyOrderElementsOf(API);
  }

  /** Else the rule would be one that cannot fail. */
  @Test
  void theMetricsBreakThatRuleWhereTheyAreNotExcepted() {
    ArchRule without =
        classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ALLOWED)
            .allowEmptyShould(false);
    assertThat(without.evaluate(CLASSES).getFailureReport().getDetails())
        .isNotEmpty()
        .allMatch(each -> each.contains("NodeMetrics") && each.contains("io.micrometer"));
  }

  @Test
  void noMethodGivesOutTheBytesOfAKey() {
    NO_BYTES_ARE_GIVEN_OUT.check(CLASSES);
  }

  /** Else a method that is to come could hide behind the name of one that is gone. */
  @Test
  void everyExceptionFromThatRuleIsOfAMethodThatIsThere() {
    assertThat(CLASSES.stream().flatMap(each -> each.getMethods().stream()))
        .filteredOn(ArchitectureTest::isOfBytes)
        .extracting(ArchitectureTest::nameOf)
        .containsAll(NO_KEYS.keySet());
  }

  @Test
  void aGetterThatCopiesAKeyOutBreaksThatRule() {
    JavaClasses leaky = new ClassFileImporter().importClasses(Leaky.class);
    assertThat(NO_BYTES_ARE_GIVEN_OUT.evaluate(leaky).getFailureReport().getDetails())
        .hasSize(5)
        .anyMatch(each -> each.contains("Leaky.secret()"))
        .anyMatch(each -> each.contains("Leaky.maybe()"))
        .anyMatch(each -> each.contains("Leaky.wrapped()"))
        .anyMatch(each -> each.contains("Leaky.several()"))
        .anyMatch(each -> each.contains("Leaky.buffer()"));
  }

  /** What must not be, and beside it what may. */
  public static final class Leaky {
    public byte[] secret() {
      return new byte[32];
    }

    public Optional<byte[]> maybe() {
      return Optional.of(secret());
    }

    public Bytes wrapped() {
      return Bytes.owning(secret());
    }

    public Map<String, Bytes> several() {
      return Map.of("key", wrapped());
    }

    public ByteBuffer buffer() {
      return ByteBuffer.wrap(secret());
    }

    public byte first() {
      return own()[0];
    }

    public <T> T lend(Function<byte[], T> use) {
      return use.apply(own());
    }

    byte[] own() {
      return secret();
    }
  }

  /** Views come under a lock of JGroups' membership, as often as somebody forges one. */
  @Test
  void messagesAreAllThatIsListenedToOnThreadsOfJGroups() {
    Set<String> offered =
        Arrays.stream(org.jgroups.Receiver.class.getMethods())
            .map(Method::getName)
            .collect(Collectors.toSet());
    assertThat(offered).contains("receive", "viewAccepted", "getState");
    assertThat(
            CLASSES.stream()
                .filter(each -> each.isAssignableTo(org.jgroups.Receiver.class))
                .flatMap(each -> each.getMethods().stream())
                .map(JavaMethod::getName)
                .filter(offered::contains))
        .containsExactly("receive");
  }

  @Test
  void aNodeRunsWithoutMicrometer() throws Exception {
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(each -> !each.contains("micrometer"))
            .collect(Collectors.joining(File.pathSeparator));
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                path,
                Alone.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = jvm.inputReader(StandardCharsets.UTF_8)) {
      assertThat(said.lines()).containsExactly("no Micrometer", "SETTLED");
    }
  }

  /** What runs in the other JVM. */
  static final class Alone {
    public static void main(String[] arguments) {
      try {
        Class.forName("io.micrometer.core.instrument.MeterRegistry");
      } catch (ClassNotFoundException asItShouldBe) {
        System.out.println("no Micrometer");
      }
      try (People people = new People()) {
        People.Someone anna = people.founder("anna");
        people.settled(anna);
        System.out.println(anna.node.status().state());
      }
    }
  }
}
