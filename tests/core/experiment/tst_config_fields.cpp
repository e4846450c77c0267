#include "core/experiment/config_fields.h"

#include <QtTest>
#include <set>

#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/epoch_tree.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

constexpr int kEpochs = 20;
constexpr int kT0 = 12;
const std::vector<std::int64_t> kCounts = {500, 300, 200, 100, 90, 80, 70, 60, 55, 50};

/// A deferred method in which a change of most fields counts.
json baseJson() {
    return json::parse(R"({
        "phases": [{"from": 0}, {"from": 12, "alpha": {"rule": "power", "nu": 0.5}}],
        "lr_schedule": {"warmup_epochs": 2, "steps": [{"from": 12, "factor": 0.1}]},
        "training": {"epochs": 20, "exact_every": 5}
    })");
}

/// One field's change: its pointer, another value, what must hold for the field to count, and, of
/// a field whose effect is resolved, for how many epochs runs with and without the change agree.
struct Change {
    const char* pointer;
    json value;
    std::vector<const char*> needs = {};
    int resolved = -1;
};

const std::vector<const char*> kListed = {"/data/dataset=image-folder",
                                          "/data/imbalance/profile=none",
                                          "/training/augmentation=resized-crop-jitter"};

const std::vector<const char*> kDeconfound = {"/model/head=deconfound"};

const std::vector<const char*> kTaught = {"/training/teacher=LA",
                                          "/phases/1/targets=labels+teacher"};

/// A change of every field; a new field needs a line here.
const std::vector<Change> kChanges = {
    {"/name", "other"},
    {"/data/dataset", "fashion-mnist"},
    {"/data/folder", "somewhere", kListed},
    {"/data/image_size", 128, kListed},
    {"/data/imbalance/profile", "step"},
    {"/data/imbalance/ratio", 50.0},
    {"/data/imbalance/seed", 1},
    {"/data/validation_per_class", 10},
    {"/model/name", "resnet20"},
    {"/model/head", "cosine"},
    {"/model/head_init", "uniform"},
    {"/model/head_parts", 4, kDeconfound},
    {"/model/head_temperature", 8.0, kDeconfound},
    {"/model/head_norm_offset", 0.1, kDeconfound},
    {"/model/mean_momentum", 0.5, kDeconfound},
    {"/model/tde_alpha", 2.0, kDeconfound},
    {"/loss/name", "ce"},
    {"/loss/reduction", "mean"},
    {"/loss/focal_gamma", 2.0, {"/loss/name=focal"}},
    {"/phases/1/from", 14, {}, kT0},
    {"/phases/1/plateau", 3, {}, 0},
    {"/phases/1/alpha", "inverse", {}, kT0},
    {"/phases/1/beta", json{{"rule", "cdt"}, {"gamma", 0.1}}, {}, kT0},
    {"/phases/1/delta", json{{"rule", "la"}, {"tau", 1.0}}, {}, kT0},
    {"/phases/1/smoothing", "concave", {}, kT0},
    {"/phases/1/smoothing_head", 0.3, {"/phases/1/smoothing=linear"}, kT0},
    {"/phases/1/smoothing_tail", 0.2, {"/phases/1/smoothing=convex"}, kT0},
    {"/phases/1/loss", "ce"},
    {"/phases/1/lr_factor", 2.0, {}, kT0},
    {"/phases/1/lr_schedule", "constant"},
    {"/phases/1/weight_decay", 1e-3, {}, kT0},
    {"/phases/1/sam_radius", 0.1},
    {"/phases/1/targets", "labels+teacher", {"/training/teacher=LA"}},
    {"/phases/1/teacher_weight", 0.9, kTaught},
    {"/phases/1/student_temperature", 2.0, kTaught},
    {"/phases/1/teacher_temperature", 2.0, kTaught},
    {"/phases/1/sampling", "class-balanced"},
    {"/phases/1/mixing", "mixup"},
    {"/phases/1/mixing_beta", 0.2, {"/phases/1/mixing=mixup"}},
    {"/phases/1/remix_ratio", 2.0, {"/phases/1/mixing=remix"}},
    {"/phases/1/remix_share", 0.4, {"/phases/1/mixing=remix"}},
    {"/phases/1/trainable", "head"},
    {"/phases/1/backbone_lr_factor", 0.5},
    {"/phases/1/head_lr_factor", 0.5},
    {"/phases/1/scale_lr_factor", 0.5, {"/phases/1/trainable=head+scale"}},
    {"/phases/1/batch_statistics", "adapting", {"/phases/1/trainable=head"}},
    {"/phases/1/head_start", "reinitialise"},
    {"/phases/1/head_tau", 0.5, {"/phases/1/head_start=tau-normalise"}},
    {"/phases/1/head_max_norm", 1.0},
    {"/phases/1/head_relative_max_norm", 0.1},
    {"/optimizer/lr", 0.05, {}, 0},
    {"/optimizer/momentum", 0.8},
    {"/optimizer/momentum_form", "nesterov"},
    {"/optimizer/weight_decay", 1e-3, {}, 0},
    {"/lr_schedule/kind", "cosine", {"/lr_schedule/steps=[]"}, 2},
    {"/lr_schedule/warmup_epochs", 3, {}, 0},
    {"/lr_schedule/warmup_peak", 2.0, {}, 0},
    {"/lr_schedule/steps/0/from", 14, {}, kT0},
    {"/lr_schedule/steps/0/factor", 0.2, {}, kT0},
    {"/training/epochs", 16, {}, 16},
    {"/training/batch_size", 64},
    {"/training/augmentation", "none"},
    {"/training/seed", 1},
    {"/training/device", "cpu"},
    {"/training/threads", 1},
    {"/training/convolution", "fast"},
    {"/training/processes", 2},
    {"/training/batch_norm_over", "batch"},
    {"/training/exact_every", 4, {}, 4},
    {"/training/selection", "validation", {"/data/validation_per_class=10"}},
    {"/training/teacher", "CE", kTaught, kT0},
    {"/training/teacher_run", "20260101-000000-la", kTaught, kT0},
    {"/training/teacher_sha256", std::string(64, 'a'), kTaught, kT0},
};

int expectedShared(const Field& field, const Change& change) {
    switch (field.affects) {
        case Affects::nothing:
        case Affects::place:
        case Affects::machine:
        case Affects::evaluation:
            return kEpochs;
        case Affects::data:
        case Affects::run:
            return 0;
        case Affects::phase:
        case Affects::start:
            return kT0;
        case Affects::resolved:
            return change.resolved;
    }
    return -1;
}

RunConfig configOf(const json& object) {
    return configFromJson(object, "test");
}

}  // namespace

class TestConfigFields : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFieldHasAChange() {
        std::set<std::string> changed;
        for (const Change& change : kChanges) changed.insert(fieldPattern(change.pointer));
        for (const Field& field : configFields()) {
            QVERIFY2(changed.contains(std::string(field.pointer)),
                     (std::string(field.pointer) + " has no line in kChanges").c_str());
        }
        QCOMPARE(changed.size(), configFields().size());
    }

    void changesOfFields_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < kChanges.size(); ++i) {
            QTest::newRow(kChanges[i].pointer) << static_cast<int>(i);
        }
    }

    /// What a field says it affects is what its change does to sharing; it is read and written at
    /// its own place and nowhere else.
    void changesOfFields() {
        QFETCH(const int, index);
        const Change& change = kChanges[static_cast<std::size_t>(index)];
        const Field& field = *findField(change.pointer);
        json before = baseJson();
        for (const char* setting : change.needs) applySetting(before, setting);
        json after = before;
        setField(after, change.pointer, change.value);
        const RunConfig a = configOf(before);
        const RunConfig b = configOf(after);
        QVERIFY(!(a == b));

        json difference = json::diff(json(toJson(a)), json(toJson(b)));
        QVERIFY(!difference.empty());
        for (const json& each : difference) {
            const auto path = each["path"].get<std::string>();
            QVERIFY2(path.starts_with(change.pointer), path.c_str());
        }
        QVERIFY(configOf(json(toJson(b))) == b);
        const std::size_t element = std::string_view(change.pointer).starts_with("/phases") ? 1 : 0;
        const json read = field.access.get(b, element);
        if (!change.value.is_object()) QVERIFY2(read == change.value, read.dump().c_str());
        RunConfig written = a;
        field.access.set(written, element, read);
        QVERIFY(written == b);

        EpochTree tree;
        const EpochPath path = tree.add(a, kCounts);
        const int expected = expectedShared(field, change);
        QVERIFY2(expected >= 0, "a resolved field's line says how many epochs are shared");
        QCOMPARE(sharedEpochs(path, tree.add(b, kCounts)), expected);
    }

    void fieldsThatDoNotCountDoNotPart_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<double>("value");
        QTest::newRow("focal γ of another loss") << "/loss/focal_gamma" << 2.0;
        QTest::newRow("τ without τ-normalisation") << "/phases/1/head_tau" << 0.5;
        QTest::newRow("a scale's rate without one") << "/phases/1/scale_lr_factor" << 0.5;
    }

    void fieldsThatDoNotCountDoNotPart() {
        QFETCH(const QString, pointer);
        QFETCH(const double, value);
        json after = baseJson();
        setField(after, pointer.toStdString(), value);
        EpochTree tree;
        const EpochPath path = tree.add(configOf(baseJson()), kCounts);
        QCOMPARE(sharedEpochs(path, tree.add(configOf(after), kCounts)), kEpochs);
    }

    /// Where images lie does not count, but which they are.
    void imagesCount() {
        const RunConfig config = configOf(baseJson());
        EpochTree tree;
        const EpochPath path = tree.add(config, kCounts, "these");
        QCOMPARE(sharedEpochs(path, tree.add(config, kCounts, "these")), kEpochs);
        QCOMPARE(sharedEpochs(path, tree.add(config, kCounts, "others")), 0);
    }

    void ratioOfBalancedDataDoesNotCount() {
        json before = baseJson();
        applySetting(before, "/data/imbalance/profile=none");
        json after = before;
        applySetting(after, "/data/imbalance/ratio=10");
        EpochTree tree;
        const EpochPath path = tree.add(configOf(before), kCounts);
        QCOMPARE(sharedEpochs(path, tree.add(configOf(after), kCounts)), kEpochs);
    }

    void choicesHaveAnEntryEach() {
        QCOMPARE(entriesOf<Profile>().size(), std::size_t{3});
        QVERIFY(nameOf(Profile::none) == "none");
        QVERIFY(nameOf(Trainable::head_scale) == "head-scale");
        QVERIFY(nameOf(Trainable::head_and_scale) == "head+scale");
        QVERIFY(nameOf(BatchStatistics::adapting) == "adapting");
        QVERIFY(nameOf(PhaseSchedule::cosine) == "cosine");
        QVERIFY(nameOf(MomentumForm::nesterov) == "nesterov");
        QVERIFY(nameOf(HeadStart::tau_normalise) == "tau-normalise");
        QVERIFY(nameOf(Sampling::class_balanced) == "class-balanced");
        QVERIFY(nameOf(Reduction::mean) == "mean");
        QVERIFY(nameOf(HeadKind::cosine) == "cosine");
        QVERIFY(nameOf(HeadInit::uniform) == "uniform");
        QVERIFY(nameOf(LrKind::cosine) == "cosine");
        QVERIFY(nameOf(Convolution::fast) == "fast");
        QVERIFY(nameOf(Selection::validation) == "validation");
        QVERIFY(!choiceNamed<Sampling>("sometimes"));
    }
};

BALLAST_TEST(TestConfigFields)
#include "tst_config_fields.moc"
