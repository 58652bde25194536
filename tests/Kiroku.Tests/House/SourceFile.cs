namespace Kiroku.Tests.House;

/// <summary>One file of the product's source, and what of the others it uses.</summary>
/// <param name="Path">From <c>src/Kiroku</c> on: <c>Servers/Work/StopServer.cs</c>.</param>
/// <param name="Lines">How many lines it has.</param>
/// <param name="Uses">The files whose types it names, makes or calls, without itself.</param>
/// <param name="Texts">The texts that stand in its string literals.</param>
internal sealed record SourceFile(string Path, int Lines, IReadOnlySet<string> Uses, IReadOnlyList<string> Texts)
{
    /// <summary>The folder that it lies in; empty at the root.</summary>
    public string Folder => FolderOf(Path);

    /// <summary>The first folder of its path; empty at the root.</summary>
    public string Room => RoomOf(Path);

    /// <summary>
    /// Whether it only puts the others together, and so has to know them all: an application, a room, the commands.
    /// </summary>
    public bool IsTableOfContents
        => Room.Length == 0 || Path.EndsWith("Room.cs", StringComparison.Ordinal) || Path == "CommandLine/Commands.cs";

    /// <summary>The file that a part of a type is a part of: <c>X.cs</c> for <c>X.Part.cs</c>.</summary>
    public static string WholeOf(string path)
        => $"{FolderOf(path)}/{System.IO.Path.GetFileName(path).Split('.')[0]}.cs".TrimStart('/');

    public static string RoomOf(string path) => FolderOf(path).Split('/')[0];

    public static string FolderOf(string path) => System.IO.Path.GetDirectoryName(path) ?? "";
}
