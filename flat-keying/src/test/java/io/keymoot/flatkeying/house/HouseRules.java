package io.keymoot.flatkeying.house;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The rules of the house that a machine can check.
 *
 * <p>The cores (flat-keying, heartbeat, admission-policy, node/peer) must give the same effects for
 * the same state and input: that is what lets the simulator run the product's own code and repeat a
 * failure from its seed. So they may not read a clock, start a thread, draw randomness, touch the
 * outside, or create a collection whose order changes from run to run. Each core's {@code
 * ArchitectureTest} applies {@link #ofACore}; {@code HouseRulesTest} shows of each rule that it can
 * fail.
 *
 * <p>The rules read class files. What a library does on a core's behalf does not show there, except
 * where a rule names it.
 */
public final class HouseRules {
  private HouseRules() {}

  /** The main classes of a package and of all below it; tests are not under these rules. */
  public static JavaClasses mainClassesOf(String root) {
    JavaClasses found =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(root);
    if (found.isEmpty()) {
      throw new IllegalStateException("No class in " + root + ": the test is miswired.");
    }
    return found;
  }

  /**
   * All rules for a core.
   *
   * @param root the core's package
   * @param below the packages of the cores it stands on
   * @param api what may be public though nothing in the core itself needs it: names of types, or of
   *     packages all of whose public types are meant for outside
   */
  public static List<ArchRule> ofACore(String root, Set<String> below, Set<String> api) {
    return List.of(
        NO_CLOCK,
        NO_THREAD_OR_LOCK,
        NO_AMBIENT_RANDOMNESS,
        NO_ROUGH_MATHS,
        NO_LOG,
        NO_OUTSIDE_WORLD,
        NO_CHANGING_ORDER,
        THREAD_LOCALS_AND_ATOMICS_IN_THEIR_PLACES,
        dependenciesPointOneWay(root, below),
        internalStaysInternal(root),
        publicOnlyWhenNeeded(api));
  }

  // ---- purity

  static final ArchRule NO_CLOCK =
      never(
              uses ->
                  is(uses, "java.time.Clock")
                      || is(uses, "java.time.InstantSource")
                      || is(uses, "java.util.Calendar"),
              calls ->
                  (owner(calls).startsWith("java.time.") && calls.getName().equals("now"))
                      || is(calls, System.class, "currentTimeMillis", "nanoTime")
                      || (is(calls, Date.class, "<init>") && arity(calls) == 0)
                      || is(calls, Calendar.class, "getInstance"))
          .as("cores read no clock")
          .because("time is an argument, and wall time an input of its own");

  static final ArchRule NO_THREAD_OR_LOCK =
      never(
              uses ->
                  is(uses, "java.lang.Thread")
                      || is(uses, "java.lang.Thread$Builder")
                      || is(uses, "java.lang.Runtime")
                      || is(uses, "java.util.Timer")
                      || is(uses, "java.util.TimerTask")
                      // Its subpackage atomic has a rule of its own; locks are here.
                      || (targetIsIn(uses, "java.util.concurrent")
                          && !targetIsIn(uses, "java.util.concurrent.atomic")
                          && !is(uses, "java.util.concurrent.TimeUnit")),
              calls ->
                  is(calls, Object.class, "wait", "notify", "notifyAll")
                      || calls.getName().equals("parallelStream")
                      || (owner(calls).startsWith("java.util.stream.")
                          && calls.getName().equals("parallel")),
              method ->
                  method.getModifiers().contains(JavaModifier.SYNCHRONIZED)
                      || Monitors.enteredBy(method))
          .as("cores have no thread, executor, lock or wait")
          .because("one caller steps a core, and the loop around it owns the threads");

  // Both fall back on the platform's randomness when they are given none.
  private static final String BOUNCY_REGISTRAR = "org.bouncycastle.crypto.CryptoServicesRegistrar";
  private static final String BOUNCY_WITH_RANDOM =
      "org.bouncycastle.crypto.params.ParametersWithRandom";

  static final ArchRule NO_AMBIENT_RANDOMNESS =
      never(
              uses ->
                  is(uses, "java.util.Random")
                      || is(uses, "java.util.SplittableRandom")
                      || is(uses, "java.util.concurrent.ThreadLocalRandom")
                      || targetIsIn(uses, "java.util.random")
                      // Libraries take their randomness as a SecureRandom, so crypto may name it.
                      || (is(uses, "java.security.SecureRandom") && !originIsIn(uses, "crypto")),
              calls ->
                  is(calls, Math.class, "random")
                      || is(calls, StrictMath.class, "random")
                      || is(calls, UUID.class, "randomUUID")
                      || (is(calls, Collections.class, "shuffle") && arity(calls) == 1)
                      || is(calls, System.class, "identityHashCode")
                      // A subclass may pass Entropy on to a library. The platform's own
                      // generators may not be had, in crypto or anywhere.
                      || (is(calls, SecureRandom.class, "<init>")
                          && !calls.getOriginOwner().isAssignableTo(SecureRandom.class))
                      || is(calls, SecureRandom.class, "getInstance", "getInstanceStrong")
                      || is(calls, BOUNCY_REGISTRAR, "getSecureRandom")
                      || (is(calls, BOUNCY_WITH_RANDOM, "<init>") && arity(calls) == 1))
          .as("cores draw on no randomness but what they are given")
          .because("entropy is a constructor argument, seeded in the simulator");

  static final ArchRule NO_ROUGH_MATHS =
      never(
              uses -> false,
              calls ->
                  is(calls, Math.class, "sin", "cos", "tan", "asin", "acos", "atan", "atan2")
                      || is(calls, Math.class, "sinh", "cosh", "tanh", "cbrt", "hypot")
                      || is(calls, Math.class, "exp", "expm1", "log", "log10", "log1p", "pow"))
          .as("cores use no function of Math whose last digit may differ")
          .because("same state and input, same effects on every machine: StrictMath has them too");

  static final ArchRule NO_LOG =
      never(
              uses ->
                  targetIsIn(uses, "java.util.logging")
                      || targetIsIn(uses, "org.slf4j")
                      || targetIsIn(uses, "org.apache.logging")
                      || targetIsIn(uses, "org.apache.commons.logging")
                      || is(uses, "java.lang.System$Logger")
                      // Nothing else in a core prints, so this is System.out and System.err.
                      || is(uses, "java.io.PrintStream"),
              calls -> calls.getName().equals("printStackTrace"))
          .as("cores log and print nothing")
          .because("logs are made at the edge, from effects, which hold no payload and no key");

  static final ArchRule NO_OUTSIDE_WORLD =
      never(
              uses ->
                  targetIsIn(uses, "java.net")
                      || targetIsIn(uses, "javax.net")
                      || targetIsIn(uses, "java.nio.file")
                      || targetIsIn(uses, "java.nio.channels")
                      || uses.getTargetClass().getName().startsWith("java.io.File")
                      || is(uses, "java.io.RandomAccessFile")
                      || is(uses, "java.lang.ProcessBuilder")
                      || targetIsIn(uses, "com.github.benmanes.caffeine")
                      || targetIsIn(uses, "org.jgroups")
                      || targetIsIn(uses, "io.vertx")
                      || targetIsIn(uses, "io.netty"),
              calls -> false)
          .as("cores touch no file, socket, process, cache or network library")
          .because("what happens outside comes in as an input and goes out as an effect");

  static final ArchRule NO_CHANGING_ORDER =
      never(
              uses -> false,
              calls ->
                  is(calls, HashMap.class, "<init>", "newHashMap")
                      || is(calls, HashSet.class, "<init>", "newHashSet")
                      || is(calls, Hashtable.class, "<init>")
                      || is(calls, IdentityHashMap.class, "<init>")
                      || is(calls, WeakHashMap.class, "<init>")
                      || owner(calls).equals("java.util.concurrent.ConcurrentHashMap")
                      // These are salted anew in each run; with one entry there is no order.
                      || (is(calls, Set.class, "of") && !hasAtMost(1, calls))
                      || (is(calls, Map.class, "of") && !hasAtMost(2, calls))
                      || is(calls, Map.class, "ofEntries", "copyOf")
                      || is(calls, Set.class, "copyOf")
                      || is(calls, Collectors.class, "toSet")
                      || is(calls, Collectors.class, "toUnmodifiableSet", "toUnmodifiableMap")
                      || is(calls, Collectors.class, "toConcurrentMap", "groupingByConcurrent")
                      // The longest forms take the map to fill; the shorter make a HashMap.
                      || (is(calls, Collectors.class, "toMap") && arity(calls) < 4)
                      || (is(calls, Collectors.class, "groupingBy") && arity(calls) < 3))
          .as("cores create no collection whose order changes from run to run")
          .because("same state and input, same effects: use the Linked and Tree kinds");

  static final ArchRule THREAD_LOCALS_AND_ATOMICS_IN_THEIR_PLACES =
      never(
              uses ->
                  (is(uses, "java.lang.ThreadLocal")
                          && !originIsIn(uses, "crypto")
                          && !originIsIn(uses, "frame"))
                      || (targetIsIn(uses, "java.util.concurrent.atomic")
                          && !originIsIn(uses, "frame")),
              // Its plain get and set only read bytes as numbers, which any package may.
              calls ->
                  is(calls, VarHandle.class)
                      && !List.of("get", "set").contains(calls.getName())
                      && !calls.getOriginOwner().getPackageName().endsWith(".frame"))
          .as("cores keep ThreadLocal to crypto and frame, and atomics to frame")
          .because("only frames are sealed and opened on many threads at once");

  // ---- who may know whom

  /** A module uses nothing of the house but itself and what it stands on. */
  static ArchRule dependenciesPointOneWay(String root, Set<String> below) {
    return never(
            uses ->
                targetIsIn(uses, "io.keymoot")
                    && !targetIsIn(uses, root)
                    && below.stream().noneMatch(allowed -> targetIsIn(uses, allowed)),
            calls -> false)
        .as(root + " uses nothing of the house but itself and " + new TreeSet<>(below))
        .because("dependencies point one way");
  }

  /** What lies in another module's package named internal is that module's own affair. */
  static ArchRule internalStaysInternal(String root) {
    return never(
            uses ->
                targetIsIn(uses, "io.keymoot")
                    && !targetIsIn(uses, root)
                    && (uses.getTargetClass().getPackageName() + ".").contains(".internal."),
            calls -> false)
        .as(root + " uses no internal package of another module")
        .because("a package named internal is public for the sake of its own module alone");
  }

  /** A public type is used from another package of its module, or is named as meant for outside. */
  static ArchRule publicOnlyWhenNeeded(Set<String> api) {
    return ArchRuleDefinition.classes()
        .that(
            DescribedPredicate.describe(
                "are public and top-level",
                type ->
                    type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC)))
        .should(
            new ArchCondition<>("be needed outside their package") {
              private final Set<String> unseen = new TreeSet<>(api);

              @Override
              public void check(JavaClass type, ConditionEvents events) {
                boolean named = api.contains(type.getName()) || api.contains(type.getPackageName());
                unseen.remove(type.getName());
                unseen.remove(type.getPackageName());
                boolean used =
                    type.getDirectDependenciesToSelf().stream()
                        .map(d -> d.getOriginClass().getPackageName())
                        .anyMatch(from -> !from.equals(type.getPackageName()));
                if (!named && !used) {
                  events.add(
                      SimpleConditionEvent.violated(
                          type,
                          type.getName()
                              + " is public, but no other package needs it: make it"
                              + " package-private, or name it as API in the ArchitectureTest"));
                }
              }

              @Override
              public void finish(ConditionEvents events) {
                for (String name : unseen) {
                  events.add(
                      SimpleConditionEvent.violated(
                          name, name + " is named as API, but has no public type"));
                }
              }
            })
        .allowEmptyShould(true)
        .because("types are package-private until someone outside needs them");
  }

  // ---- how a rule is put together, and the words it is put in

  private static ArchRule never(
      Predicate<Dependency> uses, Predicate<JavaCodeUnitAccess<?>> calls) {
    return never(uses, calls, method -> false);
  }

  /**
   * No class may use a type, call or refer to a method, or have a method, of which this is true.
   */
  private static ArchRule never(
      Predicate<Dependency> uses,
      Predicate<JavaCodeUnitAccess<?>> calls,
      Predicate<JavaMethod> methods) {
    return ArchRuleDefinition.classes()
        .should(
            new ArchCondition<>("keep the rule") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                    .filter(uses)
                    .forEach(d -> broken(events, d, d.getDescription()));
                type.getCodeUnitAccessesFromSelf().stream()
                    .filter(calls)
                    .forEach(c -> broken(events, c, c.getDescription()));
                type.getMethods().stream()
                    .filter(methods)
                    .forEach(m -> broken(events, m, m.getDescription()));
              }
            })
        .allowEmptyShould(true);
  }

  private static void broken(ConditionEvents events, Object what, String description) {
    events.add(SimpleConditionEvent.violated(what, description));
  }

  private static boolean is(Dependency uses, String target) {
    return uses.getTargetClass().getBaseComponentType().getName().equals(target);
  }

  private static boolean targetIsIn(Dependency uses, String root) {
    String target = uses.getTargetClass().getBaseComponentType().getPackageName();
    return target.equals(root) || target.startsWith(root + ".");
  }

  private static boolean originIsIn(Dependency uses, String lastPartOfPackage) {
    return uses.getOriginClass().getPackageName().endsWith("." + lastPartOfPackage);
  }

  private static boolean is(JavaCodeUnitAccess<?> calls, Class<?> owner, String... names) {
    return is(calls, owner.getName(), names);
  }

  private static boolean is(JavaCodeUnitAccess<?> calls, String owner, String... names) {
    return owner(calls).equals(owner)
        && (names.length == 0 || List.of(names).contains(calls.getName()));
  }

  private static String owner(JavaCodeUnitAccess<?> calls) {
    return calls.getTargetOwner().getName();
  }

  private static int arity(JavaCodeUnitAccess<?> calls) {
    return calls.getTarget().getRawParameterTypes().size();
  }

  private static boolean hasAtMost(int parameters, JavaCodeUnitAccess<?> calls) {
    return arity(calls) <= parameters
        && calls.getTarget().getRawParameterTypes().stream().noneMatch(JavaClass::isArray);
  }
}
