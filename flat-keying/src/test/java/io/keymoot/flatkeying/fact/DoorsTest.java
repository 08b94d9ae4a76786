package io.keymoot.flatkeying.fact;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callConstructorWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** bytes → Envelope → Verified: each step has one door. */
class DoorsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.keymoot");

  @Test
  void onlyTheCodecMakesEnvelopes() {
    onlyMadeBy(Envelope.class, FactCodec.class, Envelope.class).check(CLASSES);
  }

  @Test
  void onlyTheVerifierMakesWhatIsVerified() {
    onlyMadeBy(Verified.class, FactVerifier.class, Verified.class).check(CLASSES);
    assertThat(Verified.class.getDeclaredConstructors())
        .extracting(Constructor::getModifiers)
        .noneMatch(Modifier::isPublic);
  }

  @Test
  void theRuleSeesWhoMakesOne() {
    assertThat(onlyMadeBy(Envelope.class).evaluate(CLASSES).hasViolation()).isTrue();
    assertThat(onlyMadeBy(Verified.class).evaluate(CLASSES).hasViolation()).isTrue();
  }

  private static ArchRule onlyMadeBy(Class<?> made, Class<?>... makers) {
    DescribedPredicate<JavaConstructorCall> makes =
        DescribedPredicate.describe(
            "makes a " + made.getSimpleName(), call -> call.getTargetOwner().isEquivalentTo(made));
    DescribedPredicate<com.tngtech.archunit.core.domain.JavaClass> others =
        DescribedPredicate.describe(
            "others than " + Arrays.toString(makers),
            type -> Stream.of(makers).noneMatch(type::isEquivalentTo));
    return noClasses().that(others).should(callConstructorWhere(makes));
  }
}
