using System.Text.Json.Nodes;
using Kiroku.Servers.State;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Docs;

/// <summary>
/// The actions as docs/actions.md shows them: the answer from the code, events and ends as the shared tests find them;
/// the body, the states that allow it and the task_states by hand. Rows without a scenario are by hand as a whole.
/// </summary>
internal static class ActionTable
{
    private const int Answer = 2;
    private const int Events = 5;
    private const int EndsIn = 6;

    /// <summary>The end that stands on the page for an action that leaves each state as it was.</summary>
    private const string Unchanged = "as it was";

    /// <summary>Rows whose name is not that of their scenario.</summary>
    private static readonly Dictionary<string, string> Named = new()
    {
        ["soft reboot"] = "`reboot` SOFT",
        ["hard reboot"] = "`reboot` HARD",
    };

    public static GeneratedPart Part { get; } = new("actions.md", "actions");

    public static IEnumerable<string> Lines()
    {
        var rows = Part.Text.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]).ToList();
        foreach (var scenarios in ScenariosByAction())
            Fill(rows, scenarios);
        return
        [
            "| action | body | answer | allowed in vm_state | task_state while it runs | events | ends in |",
            "|---|---|---|---|---|---|---|",
            .. rows.Select(cells => $"| {string.Join(" | ", cells)} |"),
        ];
    }

    /// <summary>"rebuild" and "rebuild of a stopped server" are one action.</summary>
    private static IEnumerable<List<Scenario>> ScenariosByAction()
        => Scenario.All.Select(row => Scenario.Of(row.Data)).GroupBy(scenario => NameOf(scenario.Name))
            .Select(scenarios => scenarios.ToList());

    private static void Fill(List<string[]> rows, List<Scenario> scenarios)
    {
        var name = Named.GetValueOrDefault(scenarios[0].Name, $"`{scenarios[0].Name}`");
        if (rows.Find(cells => cells[0] == name) is not { } row)
        {
            row = [name, .. Enumerable.Repeat(GeneratedPart.Undescribed, EndsIn)];
            rows.Add(row);
        }
        row[Answer] = $"{ActionKeys.StatusOf(JsonNode.Parse(scenarios[0].Json)!.AsObject().Single().Key)}";
        row[Events] = string.Join(", ", scenarios[0].Events.Select(step => $"`{step}`")) + string.Concat(
            Variants(scenarios).Where(variant => variant.Events.Length > scenarios[0].Events.Length)
                .Select(variant => $"; {SuffixOf(variant.Name)} ⊃ `{variant.Events[^1]}`"));
        if (row[EndsIn] != Unchanged || scenarios.Any(scenario => scenario.EndsIn != StateBefore(scenario)))
            row[EndsIn] = scenarios[0].EndsIn + string.Concat(
                Variants(scenarios).Where(variant => variant.EndsIn != scenarios[0].EndsIn)
                    .Select(variant => $"; {SuffixOf(variant.Name)}: {variant.EndsIn}"));
    }

    private static string StateBefore(Scenario scenario) => scenario.Before is [.., var last]
        ? Scenario.All.Select(row => Scenario.Of(row.Data)).First(before => before.Json == last).EndsIn
        : VmStates.Active;

    private static IEnumerable<Scenario> Variants(List<Scenario> scenarios) => scenarios.Skip(1);

    private static string NameOf(string scenario) => scenario.Split(" of ")[0];

    private static string SuffixOf(string scenario) => scenario[(NameOf(scenario).Length + 1)..];
}
