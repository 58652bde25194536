using System.Diagnostics;
using System.Text.Json;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Supply;

/// <summary>All parts of the program are known, and none has a known weakness.</summary>
public sealed class SupplyTests
{
    private const int NothingChecked = 3;
    private const string Index = "it asks the package index";

    [LongFact(Index)]
    public async Task The_bill_of_materials_names_each_package_that_the_lock_file_pins()
    {
        await Commands.RunAsync(Script("sbom"));
        using var bill = await ReadAsync("artifacts/sbom/kiroku.cdx.json");
        using var locked = await ReadAsync("src/Kiroku/packages.lock.json");
        var named = bill.RootElement.GetProperty("components").EnumerateArray()
            .Select(part => (Name: part.GetProperty("name").GetString()!, part.GetProperty("version").GetString()!))
                .ToHashSet();
        // The analyzer works at build time and is not part of the program.
        var pinned = locked.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(
            target => target.Value.EnumerateObject())
            .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!))
            .Where(package => package.Name != "Microsoft.CodeAnalysis.BannedApiAnalyzers");
        Assert.NotEmpty(named);
        Assert.Empty(pinned.Except(named));
    }

    [LongFact(Index)]
    public async Task No_package_has_a_known_weakness()
    {
        using var audit = Process.Start(new ProcessStartInfo(Script("audit")) { RedirectStandardOutput = true })!;
        var said = await audit.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await audit.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(audit.ExitCode == NothingChecked, said);
        Assert.True(audit.ExitCode == 0, said);
    }

    private static string Script(string name) => Path.Combine(Repository.Folder, "scripts", name);

    private static async Task<JsonDocument> ReadAsync(string file)
        => JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(Repository.Folder, file), TestContext.Current.CancellationToken));
}
