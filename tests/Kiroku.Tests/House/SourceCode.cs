using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Kiroku.Tests.House;

/// <summary>
/// The product's source, compiled in memory. Generated code is missing, so names from there are not resolved.
/// </summary>
internal static class SourceCode
{
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Net.Http.Json; global using System.Threading;
        global using System.Threading.Tasks; global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting; global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration; global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        global using Orleans; global using Orleans.Hosting; global using Orleans.Runtime;
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest, DocumentationMode.None);

    /// <summary>Compiles all files of a folder. Their paths are relative to it.</summary>
    public static CSharpCompilation Read(string folder)
    {
        var trees = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .AsParallel().AsOrdered()
            .Select(file =>
                CSharpSyntaxTree.ParseText(File.ReadAllText(file), Parsing, Path.GetRelativePath(folder, file)));
        var known = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(file => Path.GetFileName(file) is var name && !name.StartsWith("Kiroku", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file));
        return CSharpCompilation.Create(
            "House", [.. trees, CSharpSyntaxTree.ParseText(Usings + UsingsOf(folder), Parsing, "")], known,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true, concurrentBuild: true));
    }

    /// <summary>The rooms that the project file imports everywhere.</summary>
    private static string UsingsOf(string folder) => string.Concat(
        Directory.EnumerateFiles(folder, "*.csproj").SelectMany(project => XDocument.Load(project).Descendants("Using"))
            .Select(room => $"global using {room.Attribute("Include")!.Value};"));
}
