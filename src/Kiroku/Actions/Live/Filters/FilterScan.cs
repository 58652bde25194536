using System.Text;
using Kiroku.Api;

namespace Kiroku.Actions.Live.Filters;

/// <summary>Goes through a filter's text word by word, and knows where it is for refusals.</summary>
internal sealed class FilterScan(string text)
{
    /// <summary>The problem that a filter which cannot be read is.</summary>
    public const string Problem = "invalid-filter";

    private const string Operators = "=!<>:";

    /// <summary>What ends a value that has no quotes.</summary>
    private const string NotBare = "()\"'=<>!";

    public int At { get; private set; }

    /// <summary>Whether nothing but spaces follows; goes over them.</summary>
    public bool IsAtEnd
    {
        get
        {
            while (At < text.Length && char.IsWhiteSpace(text[At]))
                At++;
            return At == text.Length;
        }
    }

    /// <summary>Where the next word begins; goes there.</summary>
    public int Next => IsAtEnd ? text.Length : At;

    /// <summary>Whether an operator comes next.</summary>
    public bool IsOperator => !IsAtEnd && Operators.Contains(text[At], StringComparison.Ordinal);

    /// <summary>What comes next, for refusals.</summary>
    public string Rest => IsAtEnd ? "the end" : $"'{text[At..Math.Min(text.Length, At + 20)]}'";

    /// <summary>Goes over a sign, if it comes next.</summary>
    public bool Take(string sign)
    {
        if (IsAtEnd || !text.AsSpan(At).StartsWith(sign, StringComparison.Ordinal))
            return false;
        At += sign.Length;
        return true;
    }

    /// <summary>Goes over AND, OR or NOT, if it comes next as a word of its own.</summary>
    public bool TakeWord(string word)
    {
        var isNext = !IsAtEnd && text.AsSpan(At).StartsWith(word, StringComparison.Ordinal)
            && (At + word.Length == text.Length || !IsName(text[At + word.Length]));
        if (isNext)
            At += word.Length;
        return isNext;
    }

    /// <summary>The name of a field; empty if none stands here.</summary>
    public string Name()
    {
        var begin = At;
        while (At < text.Length && IsName(text[At]))
            At++;
        return text[begin..At];
    }

    /// <summary>A value, in quotes or up to the next space or parenthesis, and whether a star ends it.</summary>
    public (int At, string Value, bool IsBeginning) Value()
    {
        if (IsAtEnd)
            throw Refuse(At, "a value is missing.");
        var begin = At;
        if (text[At] is '"' or '\'')
            return Quoted(begin);
        while (At < text.Length
            && !char.IsWhiteSpace(text[At]) && !NotBare.Contains(text[At], StringComparison.Ordinal))
            At++;
        var value = text[begin..At];
        if (value is "" or "AND" or "OR" or "NOT")
            throw Refuse(begin, "a value is missing; other than letters and digits it stands in quotes.");
        return value[^1] == '*' ? (begin, value[..^1], true) : (begin, value, false);
    }

    /// <exception cref="Fault">Always: 400 with the column, counted in characters from 1.</exception>
    public Fault Refuse(int at, string why)
    {
        var column = text[..at].EnumerateRunes().Count() + 1;
        return new Fault(StatusCodes.Status400BadRequest, $"filter, column {column}: {why}")
        {
            Type = Problem,
            Column = column,
        };
    }

    private (int, string, bool) Quoted(int begin)
    {
        var (value, isBeginning) = (new StringBuilder(), false);
        for (At++; At < text.Length; At++)
        {
            if (text[At] == text[begin])
            {
                At++;
                return (begin, value.ToString(), isBeginning);
            }
            if (isBeginning)
                value.Append('*');
            isBeginning = text[At] == '*';
            if (text[At] == '\\' && At + 1 < text.Length)
                value.Append(text[++At]);
            else if (!isBeginning)
                value.Append(text[At]);
        }
        throw Refuse(begin, "the quotes that begin here do not end.");
    }

    private static bool IsName(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.';
}
