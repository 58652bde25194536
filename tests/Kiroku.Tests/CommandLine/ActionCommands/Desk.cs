using Kiroku.CommandLine;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>Somebody who types commands: with variables, folders with files, and perhaps a terminal.</summary>
internal sealed class Desk : IDisposable
{
    private readonly List<string> folders = [];

    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The folder in which files are looked for first.</summary>
    public string Folder => folders[0];

    public bool IsTerminal { get; init; }

    public Desk(params IEnumerable<string> further)
        => folders.AddRange([Directory.CreateTempSubdirectory("kiroku-test-").FullName, .. further]);

    /// <summary>Somebody who has a service's own clouds.yaml.</summary>
    public static Desk With(TestApp app, string cloud = "kiroku") => new(app.DataDirectory)
    {
        Variables = { ["OS_CLOUD"] = cloud },
    };

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text);

    /// <summary>Runs <c>kiroku actions …</c>.</summary>
    public Task<Said> RunAsync(params string[] args) => RunAsync(args, null, TestContext.Current.CancellationToken);

    /// <summary>The same with an end, and with somebody who reads along.</summary>
    public async Task<Said> RunAsync(string[] args, Action<string>? read, CancellationToken ended)
    {
        using var output = new WatchedWriter(read);
        using var error = new WatchedWriter(read);
        var bytes = new MemoryStream();
        var exitCode = await Commands.RunAsync(["actions", .. args], new Surroundings
        {
            Out = output,
            Error = error,
            OpenOut = () => bytes,
            IsTerminal = IsTerminal,
            Variable = Variables.GetValueOrDefault,
            Folders = folders,
            Ended = ended,
        });
        return new Said(exitCode, $"{output}", $"{error}", bytes.ToArray());
    }

    public void Dispose() => TestFolder.Delete(Folder);

    private sealed class WatchedWriter(Action<string>? read) : StringWriter
    {
        public override void Write(char[] buffer, int index, int count)
        {
            base.Write(buffer, index, count);
            Tell();
        }

        public override void Write(string? value)
        {
            base.Write(value);
            Tell();
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Tell();
        }

        private void Tell() => read?.Invoke(ToString());
    }
}

/// <summary>What a command said, and how it ended.</summary>
internal sealed record Said(int ExitCode, string Out, string Error, byte[] Bytes)
{
    public string[] Lines => Out.TrimEnd('\n').Split('\n');

    /// <summary>Checks that it ended well, without complaint.</summary>
    public Said Well()
    {
        Assert.True(ExitCode == 0, $"{ExitCode}: {Error}");
        return this;
    }

    /// <summary>Checks that it ended with one line of complaint.</summary>
    public void Complains(string about, int exitCode = 1)
    {
        Assert.Equal((exitCode, ""), (ExitCode, Out));
        Assert.StartsWith("kiroku: ", Error, StringComparison.Ordinal);
        Assert.Contains(about, Error, StringComparison.Ordinal);
        Assert.Equal(1, Error.Count(letter => letter == '\n'));
    }
}
