using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kiroku.Tests.Docs;

namespace Kiroku.Tests.House;

/// <summary>How hard the house is to change, in figures: those of <c>scripts/house</c>.</summary>
internal sealed class Figures(Product product)
{
    private readonly StringBuilder text = new();

    public string Write()
    {
        var lines = product.Files.Select(file => file.Lines).Order().ToList();
        Say($"files                          {lines.Count} with {lines.Sum()} lines; half of them at most "
            + $"{lines[lines.Count / 2]}, the longest {lines[^1]}");
        SayCircles("circles of files  ", Circles.In(product.FileGraph));
        SayCircles("circles of folders", Circles.In(product.FolderGraph));
        SayPath();
        SayAction("Unrescue", "without a verb of the hypervisor's");
        SayAction("Suspend", "with one");
        SayAction("TriggerCrashDump", "with one, as docs/adding-an-action.md has it added");
        return text.ToString();
    }

    private void SayCircles(string what, IReadOnlyList<IReadOnlyList<string>> circles)
    {
        Say($"{what}             {circles.Count} with {circles.Sum(circle => circle.Count)} in them; the largest "
            + $"{circles.Select(circle => circle.Count).FirstOrDefault()}");
        foreach (var circle in circles)
            Say($"    {string.Join(' ', circle)}");
    }

    /// <summary>The path of an action: from the POST through its steps, on this host, to the GET of its
    /// record.</summary>
    private void SayPath()
    {
        var calls = new CallGraph(
            product.Source, ["WorkflowAction", "StopServer", "ServerGrain", "LocalHost", "LibvirtHypervisor"]);
        var files = calls.Files(("ServerActionsApi", "Act"), ("ActionsApi", null));
        var rooms = files.GroupBy(SourceFile.RoomOf).OrderByDescending(room => room.Count());
        Say($"files that os-stop can reach   {files.Count}: "
            + $"{string.Join(", ", rooms.Select(room => $"{room.Count()} of {Name(room.Key)}"))}");
        foreach (var room in rooms)
            Say($"    {string.Join(' ', room)}");
    }

    private static string Name(string room) => room.Length == 0 ? "none" : room;

    /// <summary>The files that name an action.</summary>
    private void SayAction(string name, string kind)
    {
        var key = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        var words = new Regex(
            $@"\b({name}(Server|Async)?|{name.TrimEnd('e')}ing)\b|[""`]{key}[""`]|compute_{key}(_instance)?\b");
        var files = new[] { "src", "docs", "tests" }
            .Select(top => Directory.EnumerateFiles(Path.Combine(Page.Root, top), "*", SearchOption.AllDirectories)
                .Where(file =>
                    Path.GetExtension(file) is ".cs" or ".md" or ".py" && Path.GetFileName(file) != "Figures.cs"
                        && words.IsMatch(File.ReadAllText(file)))
                .Select(file => Path.GetRelativePath(Page.Root, file)).Order(StringComparer.Ordinal).ToList()).ToList();
        Say($"files that name {key,-14} {files.Sum(top => top.Count)}: {files[0].Count} of src, "
            + $"{files[1].Count} of docs, {files[2].Count} of tests (an action {kind})");
        foreach (var top in files)
            Say($"    {string.Join(' ', top)}");
    }

    private void Say(string line) => text.Append(line).Append('\n');
}
