#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/results/run_query.h"
#include "core/results/workspace.h"

int main(int argc, char** argv) {
    using namespace ballast;
    CLI::App app{
        "Ballast, a laboratory for imbalanced learning.\n"
        "Exit codes: 0 done, 2 bad config or usage, 3 data missing or damaged, 4 the run failed or "
        "diverged, 130 interrupted, resumable."};
    app.require_subcommand(1);
    app.fallthrough();
    std::vector<std::string> data_folders;
    app.add_option("--data", data_folders, "Folder with data sets, searched first; may be repeated")
        ->type_name("DIR")
        ->allow_extra_args(false);

    const CLI::Validator device_name(
        [](const std::string& name) {
            return isDeviceName(name)
                       ? std::string()
                       : "\"" + name + "\" is no device; allowed: auto, cpu, cuda, cuda:N";
        },
        "auto|cpu|cuda|cuda:N");

    bool json = false;
    std::filesystem::path workspace = defaultWorkspace();
    const auto add_json = [&](CLI::App* command) {
        command->add_flag("--json", json, "Output for programs");
    };
    const auto add_workspace = [&](CLI::App* command) {
        command->add_option("--workspace", workspace, "Folder that holds the runs")
            ->type_name("DIR")
            ->capture_default_str();
    };

    RunOptions run;
    CLI::App* run_command = app.add_subcommand("run", "Train one or several configs, one by one");
    run_command->add_option("CONFIG", run.configs, "Config files (JSON); - is standard input");
    run_command
        ->add_option("--preset", run.presets, "A method by name, e.g. VS+TLA+ADRW; may be repeated")
        ->type_name("METHOD")
        ->allow_extra_args(false);
    const auto add_preset_data = [&](CLI::App* command) {
        command->add_option("--dataset", run.data.dataset, "Data set of a preset")
            ->capture_default_str();
        command->add_option("--profile", run.data.profile, "Imbalance profile of a preset");
        command->add_option("--ratio", run.data.ratio, "Imbalance ratio of a preset")
            ->check(CLI::Range(1.0, 1e6));
        command->add_option("--protocol", run.data.protocol, "Protocol; see: preset list");
        command->add_option("--epochs", run.data.epochs, "Milestones scale with them")
            ->check(CLI::Range(1, 100000));
    };
    add_preset_data(run_command);
    add_workspace(run_command);
    run_command->add_option("--set", run.settings, "Change a field, e.g. /training/epochs=20")
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
    run_command->add_flag("--continue", run.continue_runs,
                          "Keep finished runs of the same config and resume unfinished ones");
    run_command->add_option("--threads", run.threads, "Where the config says 0; 0: all cores")
        ->check(CLI::Range(0, 1024));
    add_json(run_command);

    SweepOptions sweep;
    CLI::App* sweep_command = app.add_subcommand(
        "sweep", "Train many configs; what they share is trained once. Run it again to go on");
    sweep_command
        ->add_option("FILE", sweep.file, "Base, axes and seeds (JSON); - is standard input")
        ->required();
    add_workspace(sweep_command);
    sweep_command
        ->add_option(
            "--jobs", sweep.jobs,
            "Runs side by side; they divide the threads. 0: as many as can begin, with two "
            "threads each")
        ->capture_default_str()
        ->check(CLI::Range(0, 256));
    sweep_command
        ->add_option("--devices", sweep.devices,
                     "Instead of --jobs: one run on each, e.g. cuda:0,cuda:1")
        ->delimiter(',')
        ->check(device_name);
    sweep_command->add_option("--threads", sweep.threads, "Of all runs together; 0: all cores")
        ->check(CLI::Range(0, 1024));
    sweep_command->add_flag("--plan", sweep.plan,
                            "Only show the tree of runs and what sharing saves");
    sweep_command->add_flag("--prepare", sweep.prepare,
                            "Only make the runs, and list the segments for a cluster's scheduler");
    sweep_command->add_flag("--yes", sweep.yes, "Go on with more than 10,000 runs");
    add_json(sweep_command);

    std::string segment;
    CLI::App* segment_command = app.add_subcommand(
        "segment", "Train one segment of a prepared sweep, as sweep --prepare names it");
    segment_command->add_option("NAME", segment, "RUN@FROM-TO")->required();
    add_workspace(segment_command);
    segment_command->add_option("--threads", run.threads, "Where the config says 0; 0: all cores")
        ->check(CLI::Range(0, 1024));
    add_json(segment_command);

    std::string resumed;
    CLI::App* resume_command = app.add_subcommand("resume", "Go on with a stopped or crashed run");
    resume_command->add_option("RUN", resumed, "The run's folder, or its ID in the workspace")
        ->required();
    add_workspace(resume_command);
    add_json(resume_command);

    CLI::App* data_command = app.add_subcommand("data", "List, fetch and examine data sets");
    data_command->require_subcommand(1);
    CLI::App* list_command =
        data_command->add_subcommand("list", "Known data sets and where they are");
    add_json(list_command);
    std::string dataset;
    CLI::App* get_command = data_command->add_subcommand("get", "Fetch a data set");
    get_command->add_option("NAME", dataset)->required();
    std::string shown;
    CLI::App* show_command =
        data_command->add_subcommand("show", "Class counts, subset and class terms of a config");
    show_command->add_option("CONFIG", shown)->required();
    show_command->add_option("--set", run.settings, "Change a field")
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
    add_json(show_command);

    std::string loss_file;
    CLI::App* loss_command =
        app.add_subcommand("loss", "Value, gradient and class terms of a loss on given logits");
    loss_command
        ->add_option("FILE", loss_file,
                     "JSON: class_counts, loss, phases, epoch, logits, labels; - is standard input")
        ->required();
    add_json(loss_command);

    CLI::App* schema_command = app.add_subcommand("schema", "JSON Schema of a run's config");

    CLI::App* preset_command =
        app.add_subcommand("preset", "The paper's methods and protocols by name");
    preset_command->require_subcommand(1);
    CLI::App* preset_list = preset_command->add_subcommand("list", "Methods and protocols");
    add_json(preset_list);
    CLI::App* preset_show =
        preset_command->add_subcommand("show", "A method's config, to read, edit and save");
    preset_show->add_option("METHOD", run.data.method, "e.g. VS+TLA+ADRW")->required();
    add_preset_data(preset_show);
    preset_show->add_option("--set", run.settings, "Change a field")
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
    add_json(preset_show);

    BenchOptions bench;
    CLI::App* bench_command = app.add_subcommand("bench", "Benchmarks; each prints a ratio");
    bench_command->require_subcommand(1);
    const auto add_training_bench = [&](const char* name, const char* help, BenchPart what) {
        CLI::App* command = bench_command->add_subcommand(name, help);
        command->add_option("--model", bench.model)->capture_default_str();
        command->add_option("--batch", bench.batch_size)
            ->capture_default_str()
            ->check(CLI::Range(1, 4096));
        command->add_option("--steps", bench.steps, "Measured batches of each loop")
            ->capture_default_str()
            ->check(CLI::Range(7, 100000));
        command->add_option("--threads", bench.threads, "0: all cores")->check(CLI::Range(0, 1024));
        command->add_option("--device", bench.device)->capture_default_str()->check(device_name);
        if (what == BenchPart::train || what == BenchPart::step) {
            command->add_option("--sam", bench.sam_radius, "Radius of SAM, both loops' steps")
                ->check(CLI::Range(0.0, 100.0));
        }
        command->callback([&bench, what] { bench.what = what; });
        add_json(command);
        return command;
    };
    const std::array training_benches{
        add_training_bench("train", "Our training epochs against a textbook LibTorch loop",
                           BenchPart::train),
        add_training_bench("step", "The same on one batch that is there already", BenchPart::step),
        add_training_bench("eval", "Our evaluation against the textbook's", BenchPart::evaluation),
        add_training_bench("augment", "Our batches against the textbook's, no training",
                           BenchPart::augmentation)};

    BenchDataOptions bench_data;
    CLI::App* bench_data_command = bench_command->add_subcommand(
        "data", "Our decoding and augmentation of JPEG files against a plain loop");
    bench_data_command->add_option("--images", bench_data.images, "JPEG files to make and read")
        ->capture_default_str()
        ->check(CLI::Range(10, 100000));
    bench_data_command->add_option("--size", bench_data.size, "Pixels of the crop's sides")
        ->capture_default_str()
        ->check(CLI::Range(8, 1024));
    bench_data_command->add_option("--threads", bench_data.threads, "0: all cores")
        ->check(CLI::Range(0, 1024));
    add_json(bench_data_command);
    CLI::App* bench_store_command = bench_command->add_subcommand(
        "store", "What the store costs at the end of an epoch, on the workspace's disk");
    add_workspace(bench_store_command);
    add_json(bench_store_command);

    const auto add_output = [](CLI::App* command, std::filesystem::path& file) {
        command->add_option("--output", file, "File to write; standard output if left out")
            ->type_name("FILE");
    };
    const auto add_where = [](CLI::App* command, std::vector<std::string>& conditions) {
        command
            ->add_option("--where", conditions,
                         "Only runs of which it holds: best>0.6, /data/dataset=cifar10, name~DRW; "
                         "may be repeated")
            ->type_name("FIELD=VALUE")
            ->allow_extra_args(false);
    };
    RunsOptions runs;
    CLI::App* runs_command = app.add_subcommand("runs", "List, choose, sort and group runs");
    runs_command->add_option("WORKSPACE", runs.workspace)->required();
    add_where(runs_command, runs.conditions);
    runs_command
        ->add_option("--sort", runs.sort,
                     "Field to sort by, -FIELD for the largest first; may be repeated")
        ->type_name("FIELD")
        ->allow_extra_args(false);
    runs_command->add_option("--columns", runs.columns, "Fields to show, with commas")
        ->type_name("FIELDS")
        ->delimiter(',')
        ->allow_extra_args(false);
    runs_command->add_flag("--group", runs.group,
                           "Mean ± standard deviation over runs that differ in the seed only");
    add_json(runs_command);
    std::string fields = "Fields: pointers into the config (/phases/1/alpha/nu), at:EPOCH, and\n";
    for (const ResultFieldInfo& field : resultFields()) {
        std::string name(field.name);
        name.resize(std::max<std::size_t>(name.size(), 12), ' ');
        fields += "  " + name + std::string(field.help) + "\n";
    }
    runs_command->footer(fields + "Accuracies are shares of 1; at:20 is after 20 epochs.");

    std::filesystem::path export_source;
    std::filesystem::path export_file;
    bool csv = false;
    CLI::App* export_command =
        app.add_subcommand("export", "Every number of every epoch and class, for other programs");
    export_command->add_option("WORKSPACE|RUN", export_source, "A workspace, or one run's folder")
        ->required();
    export_command->add_flag("--csv", csv, "As CSV")->required();
    add_output(export_command, export_file);
    export_command->footer(
        "Rows with source \"epoch\" hold an epoch's scalars; \"streaming\" and \"exact\" the\n"
        "training images' numbers (class empty: majority and minority means), \"test\" and\n"
        "\"validation\" the accuracy per class, \"terms\" estimated kappa. Epochs, phases and\n"
        "classes count from 0. Numbers are in full; empty means missing.");

    TableOptions table;
    CLI::App* table_command =
        app.add_subcommand("table", "Result table of a workspace, in the shape of the paper's");
    table_command->add_option("WORKSPACE", table.workspace)->required();
    table_command->add_option("--format", table.format)
        ->capture_default_str()
        ->check(CLI::IsMember({"markdown", "latex", "csv"}));
    table_command
        ->add_option("--by", table.by,
                     "method: methods against data, mean ± standard deviation over seeds; run: one "
                     "row a run")
        ->capture_default_str()
        ->check(CLI::IsMember({"method", "run"}));
    table_command->add_option("--value", table.value, "Of the best epoch or of the last")
        ->capture_default_str()
        ->check(CLI::IsMember({"best", "last"}));
    table_command->add_option("--at", table.at, "Of this epoch instead: how many are done")
        ->check(CLI::Range(1, 1000000));
    add_where(table_command, table.conditions);
    add_output(table_command, table.output);

    EvaluateOptions evaluate;
    CLI::App* evaluate_command =
        app.add_subcommand("evaluate", "Test accuracy of a checkpoint, ours or PyTorch's");
    evaluate_command
        ->add_option("CHECKPOINT", evaluate.checkpoint,
                     "ckpt.pth.tar of the public code, .safetensors, or a run's folder")
        ->required();
    evaluate_command->add_option("--dataset", evaluate.dataset, "Default: the run's, or cifar10")
        ->type_name("NAME");
    evaluate_command->add_option("--config", evaluate.config, "Whose model it must fit")
        ->type_name("FILE");
    evaluate_command->add_option("--epoch", evaluate.epoch, "Of a run's checkpoints: epochs done");
    evaluate_command->add_option("--threads", evaluate.threads, "0: all cores")
        ->check(CLI::Range(0, 1024));
    add_json(evaluate_command);

    ForkOptions fork;
    CLI::App* fork_command =
        app.add_subcommand("fork", "A run that goes on from a checkpoint under another config");
    fork_command
        ->add_option("CHECKPOINT", fork.checkpoint,
                     "ckpt.pth.tar of the public code, .safetensors, or a run's folder")
        ->required();
    fork_command->add_option("CONFIG", fork.config,
                             "Left out: the run's own, changed from --epoch on by --set");
    add_workspace(fork_command);
    fork_command->add_option("--set", fork.settings, "Change a field, e.g. /training/epochs=20")
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
    fork_command->add_option("--epoch", fork.epoch, "Epochs done; default: what the file says");
    const auto add_edit = [&](CLI::App* command) {
        command->add_flag("--next-phase-now", fork.next_phase_now, "The next phase begins here");
        command->add_flag("--dry-run", fork.dry_run,
                          "Only say what would be inherited, changed and reset");
        add_json(command);
    };
    add_edit(fork_command);

    std::string edited;
    CLI::App* edit_command = app.add_subcommand(
        "edit", "Change a run from its next epoch on, also while it is trained elsewhere");
    edit_command->add_option("RUN", edited, "The run's folder, or its ID in the workspace")
        ->required();
    add_workspace(edit_command);
    edit_command
        ->add_option("--set", fork.settings,
                     "e.g. /phase/sam_radius=0.1 (the phase in force), /optimizer/lr=0.01")
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
    add_edit(edit_command);

    std::string configured;
    std::filesystem::path config_output;
    CLI::App* config_command = app.add_subcommand(
        "config", "The config that replays a run, its edits in it, for any seed");
    config_command->add_option("RUN", configured, "The run's folder, or its ID in the workspace")
        ->required();
    add_workspace(config_command);
    config_command->add_option("--set", run.settings, "Change a field, e.g. /training/seed=3")
        ->type_name("/POINTER=VALUE")
        ->allow_extra_args(false);
    config_command->add_option("--output", config_output, "File to write")->type_name("FILE");

    std::filesystem::path imported;
    CLI::App* import_command =
        app.add_subcommand("import", "A finished run of the public code, from its logs");
    import_command->add_option("FOLDER", imported, "With args.txt, log_train.csv and log_test.csv")
        ->required();
    add_workspace(import_command);

    std::filesystem::path exported;
    std::filesystem::path weights;
    std::optional<int> export_epoch;
    CLI::App* weights_command = app.add_subcommand(
        "export-weights", "The model's weights as safetensors, under the public code's names");
    weights_command->add_option("CHECKPOINT", exported, "A run's folder or a checkpoint file")
        ->required();
    weights_command->add_option("--output", weights, "File to write")
        ->type_name("FILE")
        ->required();
    weights_command->add_option("--epoch", export_epoch, "Of a run's checkpoints: epochs done");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : static_cast<int>(ExitCode::bad_config);
    }
    try {
        const DataStore store(
            std::vector<std::filesystem::path>(data_folders.begin(), data_folders.end()));
        run.workspace = workspace;
        run.json = json;
        if (run_command->parsed()) return runCommand(run, store);
        if (sweep_command->parsed()) {
            sweep.workspace = workspace;
            sweep.json = json;
            return sweepCommand(sweep, store);
        }
        if (segment_command->parsed()) {
            return segmentCommand(segment, workspace, run.threads, json, store);
        }
        if (resume_command->parsed()) return resumeCommand(resumed, workspace, json, store);
        if (list_command->parsed()) return dataListCommand(json, store);
        if (get_command->parsed()) return dataGetCommand(dataset, store);
        if (show_command->parsed()) return dataShowCommand(shown, run.settings, json, store);
        if (loss_command->parsed()) return lossCommand(loss_file);
        if (schema_command->parsed()) return schemaCommand();
        if (preset_list->parsed()) return presetListCommand(json);
        if (preset_show->parsed()) return presetShowCommand(run.data, run.settings);
        if (std::ranges::any_of(training_benches, [](auto* each) { return each->parsed(); })) {
            return benchTrainCommand(bench, json);
        }
        if (bench_store_command->parsed()) return benchStoreCommand(workspace, json);
        if (bench_data_command->parsed()) return benchDataCommand(bench_data, json, store);
        if (evaluate_command->parsed()) {
            evaluate.json = json;
            return evaluateCommand(evaluate, store);
        }
        if (fork_command->parsed()) {
            fork.workspace = workspace;
            fork.json = json;
            return fork.config.empty() ? forkRunCommand(fork) : forkCommand(fork, store);
        }
        if (edit_command->parsed()) {
            fork.checkpoint = edited;
            fork.workspace = workspace;
            fork.json = json;
            return editCommand(fork);
        }
        if (config_command->parsed()) {
            return configCommand(configured, workspace, run.settings, config_output);
        }
        if (import_command->parsed()) return importCommand(imported, workspace);
        if (weights_command->parsed()) return exportWeightsCommand(exported, export_epoch, weights);
        if (runs_command->parsed()) {
            runs.json = json;
            return runsCommand(runs);
        }
        if (export_command->parsed()) return exportCommand(export_source, export_file);
        return tableCommand(table);
    } catch (const Error& error) {
        std::cerr << "ballast-cli: " << error.what() << std::endl;
        return static_cast<int>(error.exitCode());
    } catch (const std::exception& error) {
        std::cerr << "ballast-cli: " << error.what() << std::endl;
        return static_cast<int>(ExitCode::run_failed);
    }
}
