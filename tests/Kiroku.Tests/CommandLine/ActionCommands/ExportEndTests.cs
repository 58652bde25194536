using System.Text;
using Kiroku.CommandLine.ActionCommands;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>Whether an export is whole, by its last line alone, however its bytes come.</summary>
public sealed class ExportEndTests
{
    private const string End = """{"type":"end","count":7,"whole":true}""";
    private const string Cadf = "{\"typeURI\":\"x\",\"attachments\":[{\"name\":\"end\",\"content\":" + End + "}]}";

    [Theory]
    [InlineData("jsonl", "{\"request_id\":\"a\"}\n" + End + "\n", 7)]
    [InlineData("jsonl", End + "\n", 7)]
    [InlineData("jsonl", End, null)]
    [InlineData("jsonl", End + "\n{\"request_id\":\"a\"}\n", null)]
    [InlineData("jsonl", "{\"type\":\"end\",\"count\":7,\"whole\":false}\n", null)]
    [InlineData("jsonl", "[]\n", null)]
    [InlineData("jsonl", "\n", null)]
    [InlineData("jsonl", "", null)]
    [InlineData("csv", "request_id,x\r\n#end,7,whole,,\r\n", 7)]
    [InlineData("csv", "request_id,x\r\n#end,7\r\n", null)]
    [InlineData("csv", "request_id,x\r\n#end,-7,whole\r\n", null)]
    [InlineData("csv", "request_id,x\r\n#end,7,whole,,", null)]
    [InlineData("cadf", "{}\n" + Cadf + "\n", 7)]
    [InlineData("cadf", "{\"attachments\":[]}\n", null)]
    [InlineData("cadf", "{\"attachments\":[{\"content\":{\"type\":\"action\"}}]}\n", null)]
    public void Only_a_last_line_with_its_end_counts(string format, string text, int? count)
    {
        foreach (var size in new[] { 1, 3, 1000 })
        {
            var end = new ExportEnd(format);
            foreach (var part in Encoding.UTF8.GetBytes(text).Chunk(size))
                end.Take(part);
            Assert.Equal(count, end.Count);
        }
    }

    [Fact]
    public void A_line_that_is_longer_than_any_last_one_is_passed_over()
    {
        var end = new ExportEnd("jsonl");
        end.Take(new byte[1_000_000]);
        end.Take(new byte[40_000]);
        Assert.Null(end.Count);
        end.Take("\n"u8);
        Assert.Null(end.Count);
        end.Take(Encoding.UTF8.GetBytes($"{End}\n"));
        Assert.Equal(7, end.Count);
    }
}
