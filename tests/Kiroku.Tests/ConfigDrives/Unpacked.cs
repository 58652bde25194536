using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Kiroku.Tests.ConfigDrives;

/// <summary>The files of an ISO 9660 image as another program reads them.</summary>
internal sealed class Unpacked : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;

    public string Label { get; private set; } = "";

    public IEnumerable<string> Paths => Directory.EnumerateFiles(Tree, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Tree, file)).Order(StringComparer.Ordinal);

    private string Tree => Path.Combine(folder, "tree");

    /// <param name="image">The image.</param>
    /// <param name="names">The tree to read: "rockridge" as on Unix, or "joliet" as on Windows.</param>
    public static async Task<Unpacked> OfAsync(byte[] image, string names = "rockridge")
    {
        var unpacked = new Unpacked();
        var file = Path.Combine(unpacked.folder, "image.iso");
        await File.WriteAllBytesAsync(file, image, TestContext.Current.CancellationToken);
        var said = await RunAsync("xorriso", "-read_fs", names == "joliet" ? "norock" : "nojoliet", "-osirrox",
            "on:auto_chmod_on", "-indev", file, "-pvd_info", "-extract", "/", unpacked.Tree);
        unpacked.Label = said.Split('\n').Single(line => line.StartsWith("Volume Id", StringComparison.Ordinal)).Split(
            ':')[1].Trim();
        return unpacked;
    }

    public string Text(string path) => File.ReadAllText(Path.Combine(Tree, path));

    public JsonNode Json(string path) => JsonNode.Parse(Text(path))!;

    public void Dispose()
    {
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return said;
    }
}
